// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/secure_channel.h"
#include "tests/unit/node/node_bench.h"

#include <gtest/gtest.h>
#include <inference/grpc_service.grpc.pb.h>

#include <future>

namespace gnomon {
namespace {

using namespace std::chrono_literals;
using inference::ModelInferRequest;
using inference::ModelStreamInferResponse;

// Production is held until a test lets it go, and nothing hurries it.
const std::string kPatient =
    test::ServingBench::settings("production = 1\nchain = [\"refuse\"]", "[budget]\nmilliseconds = 30000\n");

class StreamsTest : public ::testing::Test {
protected:
    using Stream = grpc::ClientReaderWriter<ModelInferRequest, ModelStreamInferResponse>;

    void SetUp() override {
        ASSERT_TRUE(m_node.bench.deployed.ok());
        ASSERT_TRUE(m_node.open().ok());
        m_stub = inference::GRPCInferenceService::NewStub(
            test::secureChannel(m_node.connectAs("caller/bank/app", m_node.interfaces->inferenceAddresses().at(0))));
        m_context.set_deadline(std::chrono::system_clock::now() + 60s);
    }
    static ModelInferRequest request(const std::string& id, const std::string& model = "spam") {
        ModelInferRequest request;
        request.set_model_name(model);
        request.set_id(id);
        auto& input = *request.add_inputs();
        input.set_name("x");
        input.set_datatype("FP32");
        input.add_shape(1);
        input.add_shape(2);
        input.mutable_contents()->add_fp32_contents(1);
        input.mutable_contents()->add_fp32_contents(2);
        return request;
    }
    std::unique_ptr<Stream> open() { return m_stub->ModelStreamInfer(&m_context); }
    static ModelStreamInferResponse next(Stream& stream) {
        ModelStreamInferResponse response;
        EXPECT_TRUE(stream.Read(&response)) << "the stream has ended";
        return response;
    }
    // Also after a while in which everything that was sent before has arrived.
    void expectNoMoreThan(std::size_t runs) {
        for (int i = 0; i < 20; ++i) {
            grpc::ClientContext context;
            inference::ServerLiveResponse live;
            ASSERT_TRUE(m_stub->ServerLive(&context, {}, &live).ok());
        }
        EXPECT_EQ(production().runs(), runs);
    }
    test::FakeBehaviour& production() { return m_node.bench.factory.inProcess(1); }

    test::NodeBench m_node{kPatient};
    std::unique_ptr<inference::GRPCInferenceService::Stub> m_stub;
    grpc::ClientContext m_context;
};

TEST_F(StreamsTest, answersComeInTheOrderOfTheRequests) {
    const auto stream = open();
    production().hold();
    ASSERT_TRUE(stream->Write(request("first")));
    ASSERT_TRUE(production().waitForHeld(1));
    ASSERT_TRUE(stream->Write(request("second", "nobody"))); // has its error at once
    std::future<ModelStreamInferResponse> first = std::async(std::launch::async, [&] { return next(*stream); });
    production().release();
    const ModelStreamInferResponse answer = first.get();
    EXPECT_EQ(answer.infer_response().id(), "first");
    EXPECT_EQ(answer.error_message(), "");
    EXPECT_EQ(answer.infer_response().model_version(), "1");
    EXPECT_EQ(answer.infer_response().raw_output_contents_size(), 1);
    EXPECT_TRUE(answer.infer_response().parameters().at("triton_final_response").bool_param());
    EXPECT_EQ(next(*stream).infer_response().id(), "second");
    stream->WritesDone();
    EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(StreamsTest, anErrorIsToldInItsAnswerAndTheStreamGoesOn) {
    const auto stream = open();
    ASSERT_TRUE(stream->Write(request("1", "nobody")));
    ModelInferRequest malformed = request("2");
    malformed.mutable_inputs(0)->set_datatype("FLOAT");
    ASSERT_TRUE(stream->Write(malformed));
    ASSERT_TRUE(stream->Write(request("3")));
    stream->WritesDone();
    const ModelStreamInferResponse unknown = next(*stream);
    EXPECT_NE(unknown.error_message().find("'nobody' is not served here"), std::string::npos)
        << unknown.error_message();
    EXPECT_EQ(unknown.infer_response().id(), "1");
    EXPECT_EQ(unknown.infer_response().outputs_size(), 0);
    EXPECT_NE(next(*stream).error_message().find("'FLOAT' is not a datatype"), std::string::npos);
    const ModelStreamInferResponse good = next(*stream);
    EXPECT_EQ(good.error_message(), "");
    EXPECT_EQ(good.infer_response().id(), "3");
    EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(StreamsTest, anErrorEndsTheStreamOfACallerThatAsksForThat) {
    m_context.AddMetadata("triton_grpc_error", "true");
    const auto stream = open();
    ASSERT_TRUE(stream->Write(request("1")));
    EXPECT_EQ(next(*stream).error_message(), "");
    ASSERT_TRUE(stream->Write(request("2", "nobody")));
    ModelStreamInferResponse response;
    EXPECT_FALSE(stream->Read(&response));
    EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(StreamsTest, aBoundedNumberOfRequestsIsUnderWayAndNoneIsLost) {
    constexpr int kRequests = 40;
    const auto stream = open();
    production().hold();
    for (int i = 0; i < kRequests; ++i) {
        ASSERT_TRUE(stream->Write(request(std::to_string(i))));
    }
    stream->WritesDone();
    ASSERT_TRUE(production().waitForHeld(16));
    expectNoMoreThan(16);
    production().release();
    for (int i = 0; i < kRequests; ++i) {
        EXPECT_EQ(next(*stream).infer_response().id(), std::to_string(i));
    }
    EXPECT_TRUE(stream->Finish().ok());
    EXPECT_EQ(production().runs(), static_cast<std::size_t>(kRequests));
}

TEST_F(StreamsTest, theBytesUnderWayAreBoundedToo) {
    constexpr std::size_t kBytes = std::size_t{9} << 20;
    const auto stream = open();
    production().answer([](const port::RunRequest&) -> Result<port::RunResult> { // a small one, for so large a request
        return port::RunResult{makeTensorSet({test::floats("score", {1, 1}, {0})}), {}, true};
    });
    production().hold();
    for (int i = 0; i < 2; ++i) {
        ModelInferRequest large = request(std::to_string(i));
        large.mutable_inputs(0)->clear_contents();
        large.mutable_inputs(0)->set_shape(0, kBytes / 8);
        large.add_raw_input_contents(std::string(kBytes, '\0'));
        ASSERT_TRUE(stream->Write(large));
    }
    ASSERT_TRUE(production().waitForHeld(2));
    ASSERT_TRUE(stream->Write(request("2"))); // small, but one too many
    stream->WritesDone();
    expectNoMoreThan(2);
    production().release();
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(next(*stream).infer_response().id(), std::to_string(i));
    }
    EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(StreamsTest, aCallerThatGoesAwayLeavesNothingBehind) {
    {
        const auto stream = open();
        production().hold();
        ASSERT_TRUE(stream->Write(request("1")));
        ASSERT_TRUE(production().waitForHeld(1));
        m_context.TryCancel();
        EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
    }
    production().release();
    ASSERT_TRUE(m_node.caller()->infer(m_node.call()).ok());
}

TEST_F(StreamsTest, drainAnswersWhatIsUnderWayAndEndsIdleStreams) {
    const auto stream = open();
    production().hold();
    ASSERT_TRUE(stream->Write(request("1")));
    ASSERT_TRUE(production().waitForHeld(1));
    const auto began = std::chrono::steady_clock::now();
    auto drained = std::async(std::launch::async, [&] { m_node.interfaces->drain(60s); });
    production().release();
    EXPECT_EQ(next(*stream).infer_response().id(), "1");
    ModelStreamInferResponse response;
    EXPECT_FALSE(stream->Read(&response));
    EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
    drained.get();
    EXPECT_LT(std::chrono::steady_clock::now() - began, 30s) << "an open stream must not hold up the end";
}

TEST_F(StreamsTest, whoMayNotInferGetsNoStream) {
    client::ConnectOptions other = m_node.connectAs("caller/bank/app", m_node.interfaces->inferenceAddresses().at(0));
    const test::CertificateFiles node = m_node.pki.issue("node/b", {"127.0.0.1"});
    other.certificateFile = node.certificate;
    other.keyFile = node.key;
    const auto stub = inference::GRPCInferenceService::NewStub(test::secureChannel(other));
    const auto stream = stub->ModelStreamInfer(&m_context);
    ModelStreamInferResponse response;
    EXPECT_FALSE(stream->Read(&response));
    EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::PERMISSION_DENIED);
}

} // namespace
} // namespace gnomon
