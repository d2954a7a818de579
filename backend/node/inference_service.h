// SPDX-License-Identifier: GPL-3.0-or-later
// Shows gRPC types: for the files of this folder only.
#pragma once

#include "backend/base/clock.h"
#include "backend/node/guard.h"
#include "backend/node/infer_queue.h"
#include "backend/node/infer_stream.h"
#include "backend/node/model_calls.h"
#include "backend/serving/admission.h"
#include "backend/serving/endpoint_directory.h"
#include "backend/serving/pipeline.h"

#include <atomic>
#include <string>

namespace gnomon::node {

// What the inference interface works with; all of it must outlive the service.
struct InferenceParts {
    serving::Pipeline& pipeline;
    serving::EndpointDirectory& directory;
    Guard& guard;
    serving::Admission& admission;
    const Clock& clock;
    const std::atomic<bool>& ready; // false while starting and draining
};

// The Open Inference Protocol, for callers. No control verb is reachable through it (RefusedCalls). Thread-safe; no
// handler blocks.
class InferenceService final : public ModelCalls {
public:
    explicit InferenceService(InferenceParts parts);

    Reactor* ServerLive(Context*, const inference::ServerLiveRequest*, inference::ServerLiveResponse*) override;
    Reactor* ServerReady(Context*, const inference::ServerReadyRequest*, inference::ServerReadyResponse*) override;
    Reactor* ServerMetadata(Context*, const inference::ServerMetadataRequest*,
                            inference::ServerMetadataResponse*) override;
    InferStreams::Reactor* ModelStreamInfer(Context*) override;

    // ModelInfer, from the queues of a server that was started.
    void serveInfer(InferQueue::Queues queues);
    // Once that server was shut down.
    void endInfer() { m_infer.reset(); }
    // No further request is read from a stream; see InferStreams::close().
    void closeStreams() { m_streams.close(); }

private:
    InferQueue::Job admit(QueuedCall& asked);

    InferenceParts m_parts;
    InferStreams m_streams;
    std::unique_ptr<InferQueue> m_infer;
};

} // namespace gnomon::node
