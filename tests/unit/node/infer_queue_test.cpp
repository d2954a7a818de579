// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/base/mutex.h"
#include "backend/node/infer_queue.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <inference/grpc_service.grpc.pb.h>

#include <latch>
#include <semaphore>
#include <thread>

namespace gnomon::node {
namespace {

using namespace std::chrono_literals;

grpc::ByteBuffer emptyReply() {
    return {nullptr, 0};
}

// A server whose ModelInfer a test handles; a call's request is its model's name.
class InferQueueTest : public testing::Test {
protected:
    using Work = std::function<void(QueuedCall& call, const std::shared_ptr<serving::ComputeThread>& thread)>;

    // Every call comes in.
    void open(Work work) {
        openFor([work = std::move(work)](QueuedCall& call) -> InferQueue::Job {
            return [work, &call](const auto& thread) { work(call, thread); };
        });
    }
    void openFor(InferQueue::Handle handle) {
        grpc::ServerBuilder builder;
        int port = 0;
        builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
        builder.RegisterService(&m_service);
        InferQueue::Queues queues;
        queues.push_back(builder.AddCompletionQueue());
        m_server = builder.BuildAndStart();
        m_queue = std::make_unique<InferQueue>(
            std::move(queues),
            [this](auto* context, auto* request, auto* writer, auto* queue, void* tag) {
                m_service.RequestModelInfer(context, request, writer, queue, queue, tag);
            },
            std::move(handle));
        m_stub = inference::GRPCInferenceService::NewStub(
            grpc::CreateChannel("127.0.0.1:" + std::to_string(port), grpc::InsecureChannelCredentials()));
    }
    void TearDown() override {
        m_server->Shutdown(std::chrono::system_clock::now());
        m_queue->end();
    }

    grpc::Status call(const std::string& model, std::chrono::seconds within = 60s) {
        grpc::ClientContext context;
        context.set_deadline(std::chrono::system_clock::now() + within);
        inference::ModelInferRequest request;
        request.set_model_name(model);
        inference::ModelInferResponse response;
        return m_stub->ModelInfer(&context, request, &response);
    }
    static bool holdsUp(const QueuedCall& call) {
        grpc::ByteBuffer copy = call.request();
        std::vector<grpc::Slice> slices;
        std::string text;
        copy.Dump(&slices);
        for (const grpc::Slice& slice : slices) {
            text.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
        }
        return text.find("slow") != std::string::npos;
    }

    inference::GRPCInferenceService::WithRawMethod_ModelInfer<inference::GRPCInferenceService::Service> m_service;
    std::unique_ptr<grpc::Server> m_server;
    std::unique_ptr<InferQueue> m_queue;
    std::unique_ptr<inference::GRPCInferenceService::Stub> m_stub;
};

TEST_F(InferQueueTest, callsAreAnsweredAndRefusedFromAnyThread) {
    open([](QueuedCall& call, const auto&) {
        if (holdsUp(call)) {
            std::jthread([&call] { call.fail({grpc::StatusCode::NOT_FOUND, "nothing"}); });
        } else {
            call.finish(emptyReply());
        }
    });
    for (int i = 0; i < 200; ++i) {
        EXPECT_TRUE(call("quick").ok());
        EXPECT_EQ(call("slow").error_code(), grpc::StatusCode::NOT_FOUND);
    }
}

TEST_F(InferQueueTest, aThreadThatIsHeldUpGetsAnotherBesideIt) {
    std::latch release(1);
    open([&](QueuedCall& call, const auto&) {
        if (holdsUp(call)) {
            release.wait();
        }
        call.finish(emptyReply());
    });
    std::jthread slow([&] { EXPECT_TRUE(call("slow").ok()); });
    EXPECT_TRUE(call("quick").ok());
    release.count_down();
}

TEST_F(InferQueueTest, aThreadThatIsGivenUpIsReplacedAtOnceAndLeaves) {
    std::latch release(1);
    std::latch inside(1);
    std::atomic<bool> again = false;
    static thread_local bool lost; // an id would do for another thread once this one has gone
    open([&](QueuedCall& call, const std::shared_ptr<serving::ComputeThread>& thread) {
        call.finish(emptyReply()); // by whoever stands in
        if (holdsUp(call)) {
            lost = true;
            thread->givenUp();
            inside.count_down();
            release.wait();
        } else {
            again = again || lost;
        }
    });
    EXPECT_TRUE(call("slow").ok());
    inside.wait();
    EXPECT_TRUE(call("quick").ok());
    release.count_down();
    for (int i = 0; i < 200; ++i) {
        EXPECT_TRUE(call("quick").ok());
    }
    EXPECT_FALSE(again);
}

TEST_F(InferQueueTest, aThreadThatNeverComesBackIsLeftBehindAtTheEnd) {
    auto forever = std::make_shared<std::latch>(1); // kept by the thread
    std::latch inside(1);
    open([forever, &inside](QueuedCall& call, const std::shared_ptr<serving::ComputeThread>& thread) {
        call.finish(emptyReply());
        thread->givenUp();
        inside.count_down();
        const auto kept = forever;
        kept->wait();
    });
    EXPECT_TRUE(call("slow").ok());
    inside.wait();
    m_server->Shutdown(std::chrono::system_clock::now());
    m_queue->end();
    forever->count_down();
}

// Callers are told that the server ends; who computes for them still may not know.
TEST_F(InferQueueTest, aCallThatIsAnsweredAfterTheEndIsForgotten) {
    QueuedCall* late = nullptr;
    std::latch inside(1);
    open([&](QueuedCall& call, const auto&) {
        late = &call;
        inside.count_down();
    });
    const std::jthread caller([&] { EXPECT_FALSE(call("late").ok()); });
    inside.wait();
    m_server->Shutdown(std::chrono::system_clock::now());
    m_queue->end();
    late->finish(emptyReply());
}

// The queue is ending already when the model is given up, and a call waits behind it.
TEST_F(InferQueueTest, aThreadThatIsGivenUpAtTheEndIsNotWaitedFor) {
    auto forever = std::make_shared<std::latch>(1); // kept by the thread
    std::latch inside(1);
    std::shared_ptr<serving::ComputeThread> held;
    open([&, forever](QueuedCall& call, const std::shared_ptr<serving::ComputeThread>& thread) {
        held = thread;
        inside.count_down();
        const auto kept = forever;
        kept->wait();
        call.finish(emptyReply());
    });
    std::vector<std::jthread> callers;
    callers.emplace_back([&] { EXPECT_FALSE(call("slow").ok()); });
    inside.wait();
    callers.emplace_back([&] { EXPECT_FALSE(call("behind it").ok()); });
    std::this_thread::sleep_for(20ms); // it has come, or will be refused: both do
    m_server->Shutdown(std::chrono::system_clock::now());
    std::jthread ending([&] { m_queue->end(); });
    std::this_thread::sleep_for(20ms); // it waits for the thread, or finds it lost: both do
    held->givenUp();
    ending.join();
    forever->count_down();
}

// What is computed next may hold up the thread that has the reply of the one before.
TEST_F(InferQueueTest, aReplyDoesNotWaitForACallThatHoldsItsThreadUp) {
    std::counting_semaphore<> release(0);
    open([&](QueuedCall& call, const auto&) {
        if (holdsUp(call)) {
            release.acquire();
        } else {
            std::this_thread::sleep_for(1ms); // others come meanwhile
        }
        call.finish(emptyReply());
    });
    for (int round = 0; round < 30; ++round) { // now and then it is computed right after another
        std::vector<std::jthread> quick;
        for (int i = 0; i < 4; ++i) {
            quick.emplace_back([&] { EXPECT_TRUE(call("quick").ok()); });
        }
        const std::jthread slow([&] { EXPECT_TRUE(call("slow").ok()); });
        quick.clear(); // answered
        release.release();
    }
}

// Calls that come while one is computed are looked at before the next one is. Whoever took one call at a time would
// compute each right after its look.
TEST_F(InferQueueTest, callsThatHaveComeAreLookedAtBeforeOthersAreComputed) {
    std::atomic<int> looked = 0;
    std::atomic<bool> othersFirst = false;
    openFor([&](QueuedCall& call) -> InferQueue::Job {
        const int own = ++looked;
        if (!holdsUp(call)) { // turned away: told by now
            call.fail({grpc::StatusCode::RESOURCE_EXHAUSTED, "no room"});
            return {};
        }
        return [&, own](const auto&) {
            othersFirst = othersFirst || looked > own;
            std::this_thread::sleep_for(1ms);
            call.finish(emptyReply());
        };
    });
    for (int round = 0; round < 200 && !othersFirst; ++round) { // they come together sooner or later
        std::vector<std::jthread> calls;
        for (int i = 0; i < 4; ++i) {
            calls.emplace_back([&] { EXPECT_TRUE(call("slow").ok()); });
            calls.emplace_back([&] { EXPECT_EQ(call("quick").error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED); });
        }
    }
    EXPECT_TRUE(othersFirst);
}

} // namespace
} // namespace gnomon::node
