// SPDX-License-Identifier: GPL-3.0-or-later
// Every real model of the test data that has known answers, asked through ModelInfer of a real node over mutual TLS.
#include "tests/support/model_case.h"
#include "tests/support/node_process.h"
#include "tests/support/secure_channel.h"
#include "tests/support/typed_contents.h"

#include <gtest/gtest.h>
#include <inference/grpc_service.grpc.pb.h>

#include <map>
#include <set>

namespace gnomon::test {
namespace {

namespace fs = std::filesystem;

// Reviewed: what the protocol or the node's own rules cannot carry, and the words that the refusal must hold.
const std::map<std::string, std::string> kRefused = {
    // The protocol has no maps: refused when it is loaded.
    {"ort_pipeline_vectorize", "input 'float_input' is a map"},
    // Its known answer is NaN and infinities, which no decision may rest on: the guard takes that for a failure.
    {"node_cast_STRING_to_FLOAT", "output 'output' holds NaN or an infinity"},
};

enum class Contents { Raw, Typed };

bool holdsNan(const std::vector<Tensor>& tensors) {
    return std::any_of(tensors.begin(), tensors.end(), [](const Tensor& tensor) {
        return !allFinite({tensor.name, tensor.type, tensor.shape, tensor.data});
    });
}

Tensor scalar(const std::string& name, float value) {
    const auto* start = reinterpret_cast<const std::uint8_t*>(&value);
    return {name, DataType::Fp32, {1}, Bytes(start, start + sizeof value)};
}

// The one model that came without a vector: ab = a * b, bc = b * c, abc = ab + bc.
void addVector(ModelCase& known) {
    known.inputs = {scalar("a:0", 2), scalar("b:0", 3), scalar("c:0", 5)};
    known.expected = {scalar("ab:0", 6), scalar("bc:0", 15), scalar("abc:0", 21)};
}

// The cases in a repository of their own, each as version 1 of an endpoint of its name.
void fillRepository(const fs::path& data, const fs::path& repository, std::map<std::string, ModelCase>& cases) {
    for (const auto& entry : fs::directory_iterator(data / "models")) {
        if (!fs::exists(entry.path() / "case.json")) {
            continue;
        }
        const std::string name = entry.path().filename();
        ModelCase& known = cases.emplace(name, ModelCase::load(entry.path())).first->second;
        if (name == "ort_partial_inputs") {
            addVector(known);
        }
        fs::create_directories(repository / name / "1");
        fs::copy_file(known.model, repository / name / "1/model.onnx");
        std::ofstream(repository / name / "endpoint.toml")
            << "[budget]\nmilliseconds = 30000\n[validation]\nallow_nan = " << std::boolalpha << holdsNan(known.inputs)
            << "\n";
    }
}

class OipKnownAnswers : public testing::Test {
protected:
    void SetUp() override {
        const auto data = testData();
        if (!data) {
            GTEST_SKIP() << "GNOMON_TEST_DATA is not set: no real models to ask";
        }
        fillRepository(*data, m_repository.path(), m_cases);
        m_node = std::make_unique<NodeProcess>(NodeProcessOptions{m_repository.path(), "", 0, false});
        ASSERT_TRUE(m_node->start());
        m_stub = inference::GRPCInferenceService::NewStub(
            secureChannel(m_node->connectAs("caller/acme/test", m_node->inference())));
    }

    static inference::ModelInferRequest request(const std::string& name, const ModelCase& known, Contents contents) {
        inference::ModelInferRequest message;
        message.set_model_name(name);
        message.set_id(name);
        for (const Tensor& tensor : known.inputs) {
            auto& input = *message.add_inputs();
            input.set_name(tensor.name);
            input.set_datatype(std::string(dataTypeName(tensor.type)));
            input.mutable_shape()->Assign(tensor.shape.begin(), tensor.shape.end());
            if (contents == Contents::Raw) {
                message.add_raw_input_contents(tensor.data.data(), tensor.data.size());
            } else {
                writeTyped(tensor, *input.mutable_contents());
            }
        }
        return message;
    }

    grpc::Status infer(const inference::ModelInferRequest& message, inference::ModelInferResponse& response) {
        grpc::ClientContext context;
        context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
        return m_stub->ModelInfer(&context, message, &response);
    }

    // Empty, or what is wrong with the answer.
    static std::string difference(const ModelCase& known, const inference::ModelInferResponse& response) {
        if (response.outputs_size() != response.raw_output_contents_size()) {
            return "not one raw entry per output";
        }
        TensorSet outputs;
        for (int i = 0; i < response.outputs_size(); ++i) {
            const auto& output = response.outputs(i);
            const Result<DataType> type = parseDataType(output.datatype());
            if (!type || output.has_contents()) {
                return "output '" + output.name() + "' has no datatype of the protocol, or typed contents";
            }
            outputs.tensors.push_back({output.name(),
                                       *type,
                                       {output.shape().begin(), output.shape().end()},
                                       asBytes(response.raw_output_contents(i))});
        }
        return known.difference(outputs);
    }

    // Empty, or what is wrong with the metadata: names, datatypes, and class names of flattened maps.
    std::string metadataProblem(const std::string& name, const ModelCase& known) {
        inference::ModelMetadataRequest request;
        request.set_name(name);
        inference::ModelMetadataResponse metadata;
        grpc::ClientContext context;
        const grpc::Status status = m_stub->ModelMetadata(&context, request, &metadata);
        if (!status.ok()) {
            return status.error_message();
        }
        std::map<std::string, std::string> types;
        for (const auto& tensor : metadata.inputs()) {
            types[tensor.name()] = tensor.datatype();
        }
        for (const auto& tensor : metadata.outputs()) {
            types[tensor.name()] = tensor.datatype();
        }
        for (const auto& tensors : {known.inputs, known.expected}) {
            for (const Tensor& tensor : tensors) {
                if (types[tensor.name] != dataTypeName(tensor.type)) {
                    return "the metadata of '" + tensor.name + "' says " + types[tensor.name];
                }
            }
        }
        return known.classNames.empty() ? "" : classNameProblem(name, known);
    }

    std::string classNameProblem(const std::string& name, const ModelCase& known) {
        inference::ModelConfigRequest request;
        request.set_name(name);
        inference::ModelConfigResponse response;
        grpc::ClientContext context;
        const grpc::Status status = m_stub->ModelConfig(&context, request, &response);
        const auto& parameters = response.config().parameters();
        const auto found = parameters.find("class_names:" + known.flattened);
        if (!status.ok() || found == parameters.end()) {
            return "no class names in the configuration";
        }
        return nlohmann::json::parse(found->second.string_value()) == nlohmann::json(known.classNames)
                   ? ""
                   : "other class names: " + found->second.string_value();
    }

    TempFolder m_repository;
    std::map<std::string, ModelCase> m_cases;
    std::unique_ptr<NodeProcess> m_node;
    std::unique_ptr<inference::GRPCInferenceService::Stub> m_stub;
};

TEST_F(OipKnownAnswers, everyModelAnswersRawAndTypedOrIsRefusedForAReviewedReason) {
    std::size_t raw = 0;
    std::size_t typed = 0;
    std::size_t rawOnly = 0;
    std::size_t refused = 0;
    for (const auto& [name, known] : m_cases) {
        const auto reviewed = kRefused.find(name);
        inference::ModelInferResponse response;
        grpc::Status status = infer(request(name, known, Contents::Raw), response);
        if (reviewed != kRefused.end()) {
            EXPECT_FALSE(status.ok()) << name << " is answered: take it off the list";
            EXPECT_NE(status.error_message().find(reviewed->second), std::string::npos)
                << name << ": " << status.error_message();
            ++refused;
            continue;
        }
        EXPECT_TRUE(status.ok()) << name << ", raw: " << status.error_message();
        EXPECT_EQ(difference(known, response), "") << name << ", raw";
        EXPECT_EQ(response.id(), name);
        EXPECT_EQ(response.model_version(), "1");
        raw += status.ok() ? 1 : 0;

        response.Clear();
        status = infer(request(name, known, Contents::Typed), response);
        const bool carries = std::none_of(known.inputs.begin(), known.inputs.end(), [](const Tensor& tensor) {
            return tensor.type == DataType::Fp16 || tensor.type == DataType::Bf16;
        });
        if (carries) {
            EXPECT_TRUE(status.ok()) << name << ", typed: " << status.error_message();
            EXPECT_EQ(difference(known, response), "") << name << ", typed";
            typed += status.ok() ? 1 : 0;
        } else {
            EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << name;
            EXPECT_NE(status.error_message().find("raw contents only"), std::string::npos) << status.error_message();
            ++rawOnly;
        }
        EXPECT_EQ(metadataProblem(name, known), "") << name;
    }
    std::printf("models=%zu raw=%zu typed=%zu raw_only=%zu refused=%zu\n", m_cases.size(), raw, typed, rawOnly,
                refused);
    EXPECT_EQ(m_cases.size(), 51U);
    EXPECT_EQ(raw + refused, m_cases.size());
    EXPECT_EQ(typed + rawOnly, raw);
    EXPECT_EQ(refused, kRefused.size());
}

} // namespace
} // namespace gnomon::test
