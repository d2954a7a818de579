// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/watch_hub.h"
#include "tests/support/wire_samples.h"

#include <gnomon/v1/node.grpc.pb.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <atomic>

namespace gnomon {
namespace {

using namespace std::chrono_literals;

class HubService final : public v1::NodeService::CallbackService {
public:
    explicit HubService(node::WatchHub& hub) : m_hub(hub) {}
    grpc::ServerWriteReactor<v1::WatchResponse>* Watch(grpc::CallbackServerContext*, const v1::WatchRequest*) override {
        return m_hub.watch();
    }

private:
    node::WatchHub& m_hub;
};

class WatchHubTest : public ::testing::Test {
protected:
    WatchHubTest() {
        grpc::ServerBuilder builder;
        builder.RegisterService(&m_service);
        m_server = builder.BuildAndStart();
        m_stub = v1::NodeService::NewStub(m_server->InProcessChannel({}));
    }
    ~WatchHubTest() override {
        m_hub.close();
        m_stub.reset();
        m_server->Shutdown();
    }
    // Every message carries how often the node was looked at, as its number of requests.
    NodeUpdate observe() {
        NodeUpdate update = test::nodeUpdate();
        update.endpoints.resize(1);
        update.endpoints[0].requests = ++m_looks;
        update.draining = m_draining;
        return update;
    }

    std::atomic<std::uint64_t> m_looks{0};
    std::atomic<bool> m_draining{false};
    node::WatchHub m_hub{[this] { return observe(); }};
    HubService m_service{m_hub};
    std::unique_ptr<grpc::Server> m_server;
    std::unique_ptr<v1::NodeService::Stub> m_stub;
};

TEST_F(WatchHubTest, firstMessageComesAtOnceAndThenEverySecond) {
    grpc::ClientContext context;
    const auto reader = m_stub->Watch(&context, {});
    v1::WatchResponse message;
    const auto start = std::chrono::steady_clock::now();
    ASSERT_TRUE(reader->Read(&message));
    EXPECT_LT(std::chrono::steady_clock::now() - start, 500ms);
    for (int i = 0; i < 2; ++i) {
        ASSERT_TRUE(reader->Read(&message));
    }
    EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
    context.TryCancel();
}

TEST_F(WatchHubTest, changeIsToldWithinATenthOfASecond) {
    grpc::ClientContext context;
    const auto reader = m_stub->Watch(&context, {});
    v1::WatchResponse message;
    ASSERT_TRUE(reader->Read(&message));
    m_draining = true;
    const auto start = std::chrono::steady_clock::now();
    m_hub.changed();
    do {
        ASSERT_TRUE(reader->Read(&message));
    } while (!message.draining());
    EXPECT_LT(std::chrono::steady_clock::now() - start, 500ms) << "100 ms on a quiet machine";
    context.TryCancel();
}

TEST_F(WatchHubTest, slowReaderGetsTheNewestAndHoldsUpNobody) {
    grpc::ClientContext slowContext;
    const auto slow = m_stub->Watch(&slowContext, {});
    grpc::ClientContext context;
    const auto reader = m_stub->Watch(&context, {});
    v1::WatchResponse message;
    for (int i = 0; i < 30; ++i) {
        m_hub.changed();
        ASSERT_TRUE(reader->Read(&message));
    }
    const std::uint64_t newest = message.endpoints(0).requests();
    int read = 0;
    do {
        ASSERT_TRUE(slow->Read(&message));
        ++read;
    } while (message.endpoints(0).requests() < newest);
    EXPECT_LT(read, 30) << "a slow reader misses messages";
    slowContext.TryCancel();
    context.TryCancel();
}

TEST_F(WatchHubTest, closingEndsEveryStreamAndRefusesNewOnes) {
    grpc::ClientContext context;
    const auto reader = m_stub->Watch(&context, {});
    v1::WatchResponse message;
    ASSERT_TRUE(reader->Read(&message));
    m_hub.close();
    while (reader->Read(&message)) {
    }
    EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
    grpc::ClientContext late;
    const auto refused = m_stub->Watch(&late, {});
    EXPECT_FALSE(refused->Read(&message));
    EXPECT_EQ(refused->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

} // namespace
} // namespace gnomon
