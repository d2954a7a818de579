// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/infer_messages.h"
#include "tests/support/secure_channel.h"
#include "tests/unit/node/node_bench.h"

#include <grpcpp/impl/rpc_method.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/sync_stream.h>
#include <gtest/gtest.h>
#include <inference/grpc_service.grpc.pb.h>

#include <atomic>

namespace gnomon {
namespace {

using namespace std::chrono_literals;

grpc::ByteBuffer bytesOf(const std::string& text) {
    const grpc::Slice slice(text);
    return {&slice, 1};
}

std::string textOf(const grpc::ByteBuffer& buffer) {
    std::vector<grpc::Slice> slices;
    std::string text;
    if (buffer.Dump(&slices).ok()) {
        for (const grpc::Slice& slice : slices) {
            text.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
        }
    }
    return text;
}

class ModelCallsTest : public ::testing::Test {
protected:
    void SetUp() override { ASSERT_TRUE(m_node.bench.deployed.ok()); }
    void open() {
        ASSERT_TRUE(m_node.open().ok());
        m_channel =
            test::secureChannel(m_node.connectAs("caller/bank/app", m_node.interfaces->inferenceAddresses().at(0)));
        m_stub = inference::GRPCInferenceService::NewStub(m_channel);
    }
    grpc::Status infer(int rows, inference::ModelInferResponse& response) {
        inference::ModelInferRequest request;
        request.set_model_name("spam");
        auto& input = *request.add_inputs();
        input.set_name("x");
        input.set_datatype("FP32");
        input.add_shape(rows);
        input.add_shape(2);
        request.add_raw_input_contents(std::string(static_cast<std::size_t>(rows) * 8, '\0'));
        grpc::ClientContext context;
        return m_stub->ModelInfer(&context, request, &response);
    }
    inference::ModelStatisticsResponse statistics(const std::string& name, const std::string& version,
                                                  grpc::StatusCode expected = grpc::StatusCode::OK) {
        inference::ModelStatisticsRequest request;
        request.set_name(name);
        request.set_version(version);
        inference::ModelStatisticsResponse response;
        grpc::ClientContext context;
        EXPECT_EQ(m_stub->ModelStatistics(&context, request, &response).error_code(), expected);
        return response;
    }
    // "1 READY", "2 UNAVAILABLE: why".
    std::vector<std::string> index(bool readyOnly) {
        inference::RepositoryIndexRequest request;
        request.set_ready(readyOnly);
        inference::RepositoryIndexResponse response;
        grpc::ClientContext context;
        EXPECT_TRUE(m_stub->RepositoryIndex(&context, request, &response).ok());
        std::vector<std::string> lines;
        for (const auto& model : response.models()) {
            EXPECT_EQ(model.name(), "spam");
            lines.push_back(model.version() + " " + model.state() +
                            (model.reason().empty() ? "" : ": " + model.reason()));
        }
        return lines;
    }
    // The first answer of gRPC reflection to "which services are there?".
    std::string services(grpc::StatusCode expected) {
        const grpc::internal::RpcMethod method("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
                                               grpc::internal::RpcMethod::BIDI_STREAMING);
        grpc::ClientContext context;
        const std::unique_ptr<grpc::ClientReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>> stream(
            grpc::internal::ClientReaderWriterFactory<grpc::ByteBuffer, grpc::ByteBuffer>::Create(m_channel.get(),
                                                                                                  method, &context));
        stream->Write(bytesOf(std::string("\x3a\x00", 2)));
        stream->WritesDone();
        grpc::ByteBuffer answer;
        const bool answered = stream->Read(&answer);
        EXPECT_EQ(stream->Finish().error_code(), expected);
        return answered ? textOf(answer) : "";
    }

    test::NodeBench m_node;
    std::shared_ptr<grpc::Channel> m_channel;
    std::unique_ptr<inference::GRPCInferenceService::Stub> m_stub;
};

TEST_F(ModelCallsTest, statisticsCountWhatCallersAsked) {
    open();
    inference::ModelInferResponse response;
    ASSERT_TRUE(infer(1, response).ok());
    ASSERT_TRUE(infer(8, response).ok());
    m_node.bench.factory.inProcess(1).fail({ErrorCode::Internal, "a drill"});
    ASSERT_TRUE(infer(1, response).ok()) << "the constant stands in";
    const inference::ModelStatisticsResponse all = statistics("spam", "1");
    ASSERT_EQ(all.model_stats_size(), 1);
    const inference::ModelStatistics& found = all.model_stats(0);
    EXPECT_EQ(found.name(), "spam");
    EXPECT_EQ(found.version(), "1");
    EXPECT_EQ(found.inference_count(), 9u);
    EXPECT_EQ(found.execution_count(), 2u);
    EXPECT_GT(found.last_inference(), 1'700'000'000'000u);
    const inference::InferStatistics& times = found.inference_stats();
    EXPECT_EQ(times.success().count(), 2u);
    EXPECT_EQ(times.fail().count(), 1u);
    EXPECT_EQ(times.queue().count(), 2u);
    EXPECT_EQ(times.compute_infer().count(), 2u);
    EXPECT_GT(times.success().ns(), 0u);
    EXPECT_EQ(times.queue().ns() + times.compute_input().ns() + times.compute_infer().ns() +
                  times.compute_output().ns(),
              times.success().ns());
    EXPECT_EQ(times.cache_hit().count(), 0u);
}

TEST_F(ModelCallsTest, statisticsOfAShadowStayAtNothing) {
    open();
    inference::ModelInferResponse response;
    ASSERT_TRUE(infer(1, response).ok());
    (void)m_node.bench.observed();
    const auto shadow = statistics("spam", "2");
    ASSERT_EQ(shadow.model_stats_size(), 1);
    EXPECT_EQ(shadow.model_stats(0).inference_count(), 0u);
    EXPECT_EQ(shadow.model_stats(0).last_inference(), 0u);
    EXPECT_EQ(statistics("", "").model_stats_size(), 2) << "every version that is loaded, of every model";
    EXPECT_EQ(statistics("spam", "").model_stats_size(), 2);
    statistics("nobody", "", grpc::StatusCode::NOT_FOUND);
    statistics("spam", "99", grpc::StatusCode::NOT_FOUND);
    statistics("spam", "newest", grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(ModelCallsTest, theIndexSaysOfEachVersionWhetherItAnswersAndWhyNot) {
    open();
    EXPECT_EQ(index(false), (std::vector<std::string>{"1 READY", "2 READY", "3 UNAVAILABLE: it is not loaded yet"}));
    EXPECT_EQ(index(true), (std::vector<std::string>{"1 READY", "2 READY"}));
    ASSERT_TRUE(m_node.bench.change(ChangeKind::Fallback).ok());
    EXPECT_EQ(index(false).front(), "1 UNAVAILABLE: it is out of service: the endpoint is in FALLBACK");
    ASSERT_TRUE(m_node.bench.change(ChangeKind::Disable).ok());
    EXPECT_EQ(index(true), std::vector<std::string>());
    inference::RepositoryIndexRequest request;
    request.set_repository_name("elsewhere");
    inference::RepositoryIndexResponse response;
    grpc::ClientContext context;
    EXPECT_EQ(m_stub->RepositoryIndex(&context, request, &response).error_code(), grpc::StatusCode::UNIMPLEMENTED);
}

TEST_F(ModelCallsTest, inputsReachTheModelWithoutACopy) {
    open();
    std::atomic<bool> inside = false;
    m_node.bench.factory.inProcess(1).answer([&](const port::RunRequest& request) -> Result<port::RunResult> {
        const auto* message = static_cast<const inference::ModelInferRequest*>(request.inputs.owner.get());
        const std::string& raw = message->raw_input_contents(0);
        const auto* bytes = request.inputs.tensors.at(0).data.data();
        inside = bytes == reinterpret_cast<const std::uint8_t*>(raw.data()) &&
                 request.inputs.tensors[0].data.size() == raw.size() &&
                 reinterpret_cast<std::uintptr_t>(bytes) % alignof(double) == 0;
        return port::RunResult{makeTensorSet({test::floats("score", {4, 1}, {0, 0, 0, 0})}), {}, true};
    });
    inference::ModelInferResponse response;
    ASSERT_TRUE(infer(4, response).ok());
    EXPECT_TRUE(inside);
}

TEST_F(ModelCallsTest, watchersOfHealthAreToldEachChange) {
    open();
    const grpc::internal::RpcMethod method("/grpc.health.v1.Health/Watch", grpc::internal::RpcMethod::SERVER_STREAMING);
    const auto watch = [&](grpc::ClientContext& context, const std::string& question) {
        return std::unique_ptr<grpc::ClientReader<grpc::ByteBuffer>>(
            grpc::internal::ClientReaderFactory<grpc::ByteBuffer>::Create(m_channel.get(), method, &context,
                                                                          bytesOf(question)));
    };
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + 60s);
    const auto stream = watch(context, "\x0a\x04spam");
    grpc::ByteBuffer status;
    ASSERT_TRUE(stream->Read(&status));
    EXPECT_EQ(textOf(status), "\x08\x01");
    ASSERT_TRUE(m_node.bench.change(ChangeKind::Disable).ok());
    ASSERT_TRUE(stream->Read(&status));
    EXPECT_EQ(textOf(status), "\x08\x02");
    ASSERT_TRUE(m_node.bench.change(ChangeKind::Enable).ok());
    ASSERT_TRUE(stream->Read(&status));
    EXPECT_EQ(textOf(status), "\x08\x01");
    context.TryCancel();

    grpc::ClientContext unknown;
    unknown.set_deadline(std::chrono::system_clock::now() + 60s);
    const auto nobody = watch(unknown, "\x0a\x06nobody");
    ASSERT_TRUE(nobody->Read(&status));
    EXPECT_EQ(textOf(status), "\x08\x03") << "SERVICE_UNKNOWN, and the stream stays";
    unknown.TryCancel();
}

TEST_F(ModelCallsTest, reflectionTellsTheServicesWhereItIsSwitchedOn) {
    m_node.config.inferenceReflection = true;
    open();
    EXPECT_NE(services(grpc::StatusCode::OK).find("inference.GRPCInferenceService"), std::string::npos);
}

TEST_F(ModelCallsTest, reflectionIsOffUnlessAskedFor) {
    open();
    EXPECT_EQ(services(grpc::StatusCode::UNIMPLEMENTED), "");
}

TEST_F(ModelCallsTest, extensionsNameWhatIsThere) {
    open();
    inference::ServerMetadataResponse response;
    grpc::ClientContext context;
    ASSERT_TRUE(m_stub->ServerMetadata(&context, {}, &response).ok());
    EXPECT_EQ(std::vector<std::string>(response.extensions().begin(), response.extensions().end()),
              (std::vector<std::string>{"binary_tensor_data", "parameters", "model_configuration", "statistics"}));
}

} // namespace
} // namespace gnomon
