// SPDX-License-Identifier: GPL-3.0-or-later
// Shows gRPC types: for the files of this folder only.
#pragma once

#include "backend/base/mutex.h"
#include "backend/domain/identity.h"
#include "backend/serving/admission.h"
#include "backend/serving/pipeline.h"

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <memory>
#include <optional>
#include <set>

namespace gnomon::node {

// Who sent a stream, and how it wants to be answered.
struct StreamTerms {
    Principal caller;
    std::optional<MonoTime> deadline;            // of the whole stream, and so of each of its calls
    bool errorsEndIt = false;                    // an error becomes the stream's status, in place of a message
    std::shared_ptr<const TraceContext> trace{}; // of the stream; each of its calls is a step of its own
};

// The streams of ModelStreamInfer. Requests are asked as they come, side by side, and answered in their order. An
// error, and that a request was not admitted, is told in the answer's error_message, and the stream goes on. At most 16
// requests of a stream are under way, their answers on the wire included, and none is read beyond 16 MiB of them; so
// the sender is held back. Thread-safe.
class InferStreams {
public:
    using Reactor = grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>;

    // Both must outlive the streams.
    InferStreams(serving::Pipeline& pipeline, serving::Admission& admission)
        : m_pipeline(pipeline), m_admission(admission) {}

    // A new stream; owned here until gRPC is done with it. Refused after close().
    Reactor* open(StreamTerms terms);
    // One that ends at once.
    static Reactor* refuse(const grpc::Status& status);
    // Reads no further requests, and ends each stream once those under way are answered, so that the server can drain.
    void close();

private:
    class Stream;
    struct Asked;

    void remove(const std::shared_ptr<Stream>& stream);

    serving::Pipeline& m_pipeline;
    serving::Admission& m_admission;
    Mutex m_mutex;
    std::set<std::shared_ptr<Stream>> m_streams GUARDED_BY(m_mutex);
    bool m_closed GUARDED_BY(m_mutex) = false;
};

} // namespace gnomon::node
