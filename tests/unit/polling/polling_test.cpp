// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/wire/polling.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <inference/grpc_service.grpc.pb.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <set>
#include <string>

namespace gnomon::wire {
namespace {

using namespace std::chrono_literals;

class Service final : public inference::GRPCInferenceService::CallbackService {
public:
    grpc::ServerUnaryReactor* ServerLive(grpc::CallbackServerContext* context, const inference::ServerLiveRequest*,
                                         inference::ServerLiveResponse* response) override {
        response->set_live(true);
        auto* reactor = context->DefaultReactor();
        reactor->Finish(grpc::Status::OK);
        return reactor;
    }
};

std::set<std::string> threadNames() {
    std::set<std::string> names;
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
        std::string name;
        std::getline(std::ifstream(task.path() / "comm"), name);
        names.insert(name);
    }
    return names;
}

class Polling : public testing::Test {
protected:
    Polling() {
        grpc::ServerBuilder builder;
        int port = 0;
        builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
        builder.RegisterService(&m_service);
        m_server = builder.BuildAndStart();
        m_stub = inference::GRPCInferenceService::NewStub(
            grpc::CreateChannel("127.0.0.1:" + std::to_string(port), grpc::InsecureChannelCredentials()));
    }

    // Neither side brings a thread that waits for the network.
    bool answered() {
        struct Call {
            grpc::ClientContext context;
            inference::ServerLiveRequest request;
            inference::ServerLiveResponse response;
            std::promise<bool> live;
        };
        const auto call = std::make_shared<Call>();
        call->context.set_deadline(std::chrono::system_clock::now() + 20s);
        m_stub->async()->ServerLive(
            &call->context, &call->request, &call->response,
            [call](const grpc::Status& status) { call->live.set_value(status.ok() && call->response.live()); });
        return call->live.get_future().get();
    }

    NetworkStandIn m_standIn; // first: before anything of gRPC, and after it
    Service m_service;
    std::unique_ptr<grpc::Server> m_server;
    std::unique_ptr<inference::GRPCInferenceService::Stub> m_stub;
};

TEST_F(Polling, theStandInSeesToTheNetworkAsLongAsNobodyElseDoes) {
    EXPECT_TRUE(answered());
    EXPECT_FALSE(threadNames().contains("nexting_thread")) << "gRPC brings threads of its own that wait";
}

TEST_F(Polling, theStandInStepsInForAWaiterThatIsHeldUp) {
    NetworkWaiter waiter;
    waiter.waits();
    waiter.works(); // for ever
    EXPECT_TRUE(answered());
}

} // namespace
} // namespace gnomon::wire
