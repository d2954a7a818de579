// SPDX-License-Identifier: GPL-3.0-or-later
// Shows gRPC types: for the files of this folder only.
#pragma once

#include "backend/serving/pipeline.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/async_unary_call.h>
#include <grpcpp/support/byte_buffer.h>

#include <functional>
#include <memory>
#include <vector>

namespace gnomon::node {

// One unary call that is handed over as bytes. Ends itself once it is finished; finish() or fail() is called exactly
// once, from any thread.
class QueuedCall {
public:
    virtual ~QueuedCall() = default;
    virtual grpc::ServerContext& context() = 0;
    virtual const grpc::ByteBuffer& request() const = 0;
    virtual void finish(const grpc::ByteBuffer& response) = 0;
    virtual void fail(const grpc::Status& status) = 0;
};

// Takes the calls of one method from completion queues, on threads of its own that offer themselves to compute on: one
// thread per queue reads, computes and replies, with no hand-over in between. When calls come faster than that, those
// that have arrived are looked at before the next one is computed: who is turned away is told so at once, and who waits
// is counted by whoever admits. While calls wait, replies may leave together (HeldReplies). A thread that is held up
// for long gets another one beside it, and one whose computation was given up is replaced, so that calls are taken
// whatever a model does. Thread-safe.
class InferQueue {
public:
    using Queues = std::vector<std::unique_ptr<grpc::ServerCompletionQueue>>;
    // Waits for the next call; as generated code names it: RequestModelInfer of a service.
    using Request =
        std::function<void(grpc::ServerContext*, grpc::ByteBuffer*, grpc::ServerAsyncResponseWriter<grpc::ByteBuffer>*,
                           grpc::ServerCompletionQueue*, void* tag)>;
    // What is left to do for a call that may come in, on the thread that it is given to.
    using Job = std::function<void(const std::shared_ptr<serving::ComputeThread>& thread)>;
    // Looks at a call and says what is left to do for it: nothing, if it was answered at once. On a thread of the
    // queue; quick. What it captures must outlive end(), and so must what a job captures.
    using Handle = std::function<Job(QueuedCall& call)>;

    // As many as suit this machine.
    static unsigned queues();

    // The server of the queues was started.
    InferQueue(Queues queues, const Request& request, const Handle& handle);
    ~InferQueue();
    InferQueue(const InferQueue&) = delete;
    InferQueue& operator=(const InferQueue&) = delete;

    // Once the server was shut down: waits for its last replies. A thread that a model does not let go is left behind.
    // Also done by the destructor.
    void end();

private:
    class Crew;                                 // the threads of one queue
    std::vector<std::shared_ptr<Crew>> m_crews; // shared with their threads
};

} // namespace gnomon::node
