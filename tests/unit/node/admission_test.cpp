// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/secure_channel.h"
#include "tests/unit/node/node_bench.h"

#include <google/protobuf/any.pb.h>
#include <gnomon/v1/error.pb.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>
#include <inference/grpc_service.grpc.pb.h>

namespace gnomon {
namespace {

using namespace std::chrono_literals;
using inference::ModelInferRequest;
using serving::Shed;

class NodeAdmission : public ::testing::Test {
protected:
    void open(const serving::AdmissionLimits& limits) {
        ASSERT_TRUE(m_node.bench.deployed.ok());
        m_node.config.admission = limits;
        ASSERT_TRUE(m_node.open().ok());
        m_channel = channelAs("caller/bank/app");
    }
    std::shared_ptr<grpc::Channel> channelAs(const std::string& role) {
        return test::secureChannel(m_node.connectAs(role, m_node.interfaces->inferenceAddresses().at(0)));
    }
    static ModelInferRequest request() {
        ModelInferRequest request;
        request.set_model_name("spam");
        request.set_id("r7");
        auto& input = *request.add_inputs();
        input.set_name("x");
        input.set_datatype("FP32");
        input.add_shape(1);
        input.add_shape(2);
        input.mutable_contents()->add_fp32_contents(1);
        input.mutable_contents()->add_fp32_contents(2);
        return request;
    }
    grpc::Status ask(const std::shared_ptr<grpc::Channel>& channel) {
        m_context = std::make_unique<grpc::ClientContext>();
        m_context->set_deadline(std::chrono::system_clock::now() + 20s);
        inference::ModelInferResponse response;
        return inference::GRPCInferenceService::NewStub(channel)->ModelInfer(m_context.get(), request(), &response);
    }
    // Bytes in place of a message.
    grpc::Status askWith(const std::string& bytes) {
        grpc::ClientContext context;
        context.set_deadline(std::chrono::system_clock::now() + 20s);
        const grpc::Slice slice(bytes);
        const grpc::ByteBuffer message(&slice, 1);
        grpc::ByteBuffer response;
        grpc::CompletionQueue queue;
        grpc::GenericStub stub(m_channel);
        auto call = stub.PrepareUnaryCall(&context, "/inference.GRPCInferenceService/ModelInfer", message, &queue);
        call->StartCall();
        grpc::Status status;
        call->Finish(&response, &status, nullptr);
        void* tag = nullptr;
        bool ok = false;
        queue.Next(&tag, &ok);
        return status;
    }
    std::string pushback() const {
        const auto& trailers = m_context->GetServerTrailingMetadata();
        const auto found = trailers.find("grpc-retry-pushback-ms");
        return found == trailers.end() ? "" : std::string(found->second.data(), found->second.size());
    }
    static serving::AdmissionLimits oneAnHour() {
        serving::AdmissionLimits limits;
        limits.callerRate = 1.0 / 3600;
        limits.callerBurst = 1;
        return limits;
    }

    test::NodeBench m_node;
    std::shared_ptr<grpc::Channel> m_channel;
    std::unique_ptr<grpc::ClientContext> m_context;
};

TEST_F(NodeAdmission, aCallerBeyondItsRateIsToldSoAndWhenToComeBack) {
    open(oneAnHour());
    EXPECT_TRUE(ask(m_channel).ok());
    EXPECT_EQ(pushback(), "");
    const grpc::Status refused = ask(m_channel);
    EXPECT_EQ(refused.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
    EXPECT_NE(refused.error_message().find("'spiffe://example/caller/bank/app' may send"), std::string::npos);
    EXPECT_NE(refused.error_message().find("limits.calls_per_second_per_caller"), std::string::npos) << "the remedy";
    EXPECT_EQ(pushback(), "60000");
    v1::StatusDetails details; // the same fields as google.rpc.Status
    ASSERT_TRUE(details.ParseFromString(refused.error_details()));
    ASSERT_EQ(details.details_size(), 1);
    EXPECT_EQ(details.details(0).type_url(), "type.googleapis.com/google.rpc.RetryInfo");
    EXPECT_EQ(details.details(0).value(), std::string("\x0a\x02\x08\x3c")) << "retry_delay { seconds: 60 }";
    EXPECT_TRUE(ask(channelAs("caller/bank/other")).ok()) << "somebody else's rate is his own";
    const serving::AdmissionCounters counters = m_node.interfaces->counters().admission;
    EXPECT_EQ(counters.admitted, 2U);
    EXPECT_EQ(counters.of(Shed::Rate), 1U);
    EXPECT_EQ(counters.inFlight, 0U);
}

TEST_F(NodeAdmission, whatIsTurnedAwayIsNeverRead) {
    open(oneAnHour());
    const std::string garbage = "\x0a\x04spam\xff\xff\xff";
    EXPECT_EQ(askWith(garbage).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(askWith(garbage).error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
    EXPECT_EQ(m_node.interfaces->counters().admission.inFlight, 0U)
        << "a message that cannot be read gives its place back";
}

TEST_F(NodeAdmission, anyBeginningOfAMessageIsTakenAsItIs) {
    open({});
    for (const std::string bytes : {"", "\x0a", "\x0a\xff", "\x0a\xff\xff",
                                    "\x0a\x7f"
                                    "ab",
                                    "\x1a\x01x\x0a", "\xff\xff\xff"}) {
        EXPECT_NE(askWith(bytes).error_code(), grpc::StatusCode::OK);
    }
    EXPECT_TRUE(ask(m_channel).ok());
}

TEST_F(NodeAdmission, onAStreamTheAnswerSaysWhichRequestWasNotAdmitted) {
    open(oneAnHour());
    auto stub = inference::GRPCInferenceService::NewStub(m_channel);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + 20s);
    auto stream = stub->ModelStreamInfer(&context);
    inference::ModelStreamInferResponse response;
    ASSERT_TRUE(stream->Write(request()));
    ASSERT_TRUE(stream->Read(&response));
    EXPECT_EQ(response.error_message(), "");
    ASSERT_TRUE(stream->Write(request()));
    ASSERT_TRUE(stream->Read(&response));
    EXPECT_NE(response.error_message().find("may send"), std::string::npos);
    EXPECT_EQ(response.infer_response().id(), "r7");
    EXPECT_EQ(response.infer_response().model_name(), "spam");
    stream->WritesDone();
    EXPECT_TRUE(stream->Finish().ok());
    EXPECT_EQ(m_node.interfaces->counters().admission.inFlight, 0U);
}

} // namespace
} // namespace gnomon
