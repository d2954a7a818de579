// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/client/inference_client.h"
#include "backend/wire/inference.h"
#include "tests/support/wire_samples.h"

#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>
#include <inference/grpc_service.grpc.pb.h>

#include <atomic>
#include <latch>

namespace gnomon {
namespace {

using namespace std::chrono_literals;

// Answers with its inputs; the model "slow" never answers.
class Echo final : public inference::GRPCInferenceService::Service {
public:
    grpc::Status ModelInfer(grpc::ServerContext* context, const inference::ModelInferRequest* request,
                            inference::ModelInferResponse* response) override {
        while (request->model_name() == "slow" && !context->IsCancelled()) {
            std::this_thread::yield();
        }
        if (request->model_name() == "absent") {
            return {grpc::StatusCode::NOT_FOUND, "Request for unknown model: 'absent' is not found"};
        }
        const auto read = wire::readInferRequest(*request, nullptr);
        wire::InferReply reply{read->model, "2", read->id, {}, read->inputs};
        reply.parameters = {{"gnomon_version", "3"},
                            {"gnomon_served_by", "fallback"},
                            {"gnomon_reason", "late"},
                            {"gnomon_generation", "7"},
                            {"gnomon_exchange_id", test::hexId('e')}};
        wire::writeInferReply(reply, *response);
        return grpc::Status::OK;
    }
    grpc::Status ServerReady(grpc::ServerContext*, const inference::ServerReadyRequest*,
                             inference::ServerReadyResponse* response) override {
        response->set_ready(true);
        return grpc::Status::OK;
    }
    grpc::Status ServerMetadata(grpc::ServerContext*, const inference::ServerMetadataRequest*,
                                inference::ServerMetadataResponse* response) override {
        response->set_name("gnomond");
        response->set_version("0.1.0");
        response->add_extensions("model_configuration");
        return grpc::Status::OK;
    }
    grpc::Status ModelMetadata(grpc::ServerContext*, const inference::ModelMetadataRequest* request,
                               inference::ModelMetadataResponse* response) override {
        response->set_name(request->name());
        response->add_versions("1");
        auto* input = response->add_inputs();
        input->set_name("x");
        input->set_datatype("FP32");
        input->add_shape(-1);
        return grpc::Status::OK;
    }
};

class InferenceClientTest : public ::testing::Test {
protected:
    InferenceClientTest() {
        int port = 0;
        grpc::ServerBuilder builder;
        builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
        builder.RegisterService(&m_echo);
        m_server = builder.BuildAndStart();
        client::ConnectOptions options;
        options.address = "127.0.0.1:" + std::to_string(port);
        options.plaintext = true;
        m_client = client::makeInferenceClient(options, 2).value();
    }
    ~InferenceClientTest() override {
        m_client.reset();
        m_server->Shutdown(std::chrono::system_clock::now());
    }
    client::InferCall call(const std::string& model) const {
        client::InferCall call;
        call.model = model;
        call.inputs = makeTensorSet({test::tensor(), test::textTensor()});
        return call;
    }

    Echo m_echo;
    std::unique_ptr<grpc::Server> m_server;
    std::unique_ptr<client::InferenceClient> m_client;
};

TEST_F(InferenceClientTest, replySaysWhoAnsweredAndWhy) {
    const auto reply = m_client->infer(call("spam-filter"));
    ASSERT_TRUE(reply.ok()) << reply.error().message;
    EXPECT_EQ(copyTensors(reply->outputs), (std::vector<Tensor>{test::tensor(), test::textTensor()}));
    EXPECT_EQ(reply->version, "3");
    EXPECT_EQ(reply->servedBy, "fallback");
    EXPECT_EQ(reply->reason, "late");
    EXPECT_EQ(reply->generation, "7");
    EXPECT_EQ(reply->exchange, test::hexId('e'));
    EXPECT_GT(reply->latency.count(), 0);
}

TEST_F(InferenceClientTest, deadlineEndsACall) {
    auto slow = call("slow");
    slow.deadline = 50ms;
    EXPECT_EQ(m_client->infer(slow).error().code, ErrorCode::DeadlineExceeded);
}

TEST_F(InferenceClientTest, serversErrorIsPassedOn) {
    const auto reply = m_client->infer(call("absent"));
    EXPECT_EQ(reply.error().code, ErrorCode::NotFound);
    EXPECT_EQ(reply.error().message, "Request for unknown model: 'absent' is not found");
}

TEST_F(InferenceClientTest, manyCallsAreAnsweredEach) {
    std::latch left(200);
    std::atomic<int> good{0};
    for (int i = 0; i < 200; ++i) {
        m_client->infer(call("spam-filter"), [&](const Result<client::InferReply>& reply) {
            good += reply.ok() ? 1 : 0;
            left.count_down();
        });
    }
    left.wait();
    EXPECT_EQ(good, 200);
}

TEST_F(InferenceClientTest, destroyingItEndsWhatStillRuns) {
    std::atomic<int> ended{0};
    for (int i = 0; i < 10; ++i) {
        auto slow = call("slow");
        slow.deadline = 1h;
        m_client->infer(slow, [&](const Result<client::InferReply>&) { ++ended; });
    }
    m_client.reset();
    EXPECT_EQ(ended, 10);
}

TEST_F(InferenceClientTest, metadataIsRead) {
    EXPECT_TRUE(m_client->serverReady(5s).value());
    const auto server = m_client->serverMetadata(5s);
    EXPECT_EQ(server.value().name, "gnomond");
    EXPECT_EQ(server->extensions, std::vector<std::string>{"model_configuration"});
    const auto model = m_client->modelMetadata("m", "", 5s);
    ASSERT_EQ(model.value().schema.inputs.size(), 1u);
    EXPECT_EQ(model->schema.inputs[0].name, "x");
}

} // namespace
} // namespace gnomon
