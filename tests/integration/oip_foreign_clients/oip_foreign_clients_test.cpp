// SPDX-License-Identifier: GPL-3.0-or-later
// Two gRPC stacks that nobody here wrote call a real node over mutual TLS: Debian's python3-grpcio and npm's
// @grpc/grpc-js. Each client is a program in its own language; it prints one line per thing it found right.
#include "tests/support/model_folder.h"
#include "tests/support/node_process.h"
#include "tests/support/run_program.h"
#include "tests/support/tiny_onnx.h"

#include <gtest/gtest.h>

namespace gnomon::test {
namespace {

namespace fs = std::filesystem;

fs::path source() {
    return std::getenv("GNOMON_SOURCE");
}

// Where ./run setup puts the npm packages.
fs::path installedClients() {
    if (const char* folder = std::getenv("GNOMON_OIP_CLIENTS")) {
        return folder;
    }
    const char* cache = std::getenv("XDG_CACHE_HOME");
    return (cache != nullptr ? fs::path(cache) : fs::path(std::getenv("HOME")) / ".cache") / "gnomon/oip-clients";
}

// The model that Triton's own example clients ask: sum and difference of two rows of 16.
std::string simple() {
    using T = TinyOnnx;
    return T()
        .add(T::node("Add", {"INPUT0", "INPUT1"}, {"OUTPUT0"}))
        .add(T::node("Sub", {"INPUT0", "INPUT1"}, {"OUTPUT1"}))
        .input(T::value("INPUT0", T::Int32, {-1, 16}))
        .input(T::value("INPUT1", T::Int32, {-1, 16}))
        .output(T::value("OUTPUT0", T::Int32, {-1, 16}))
        .output(T::value("OUTPUT1", T::Int32, {-1, 16}))
        .file();
}

std::string identity(TinyOnnx::Type type, const std::vector<std::int64_t>& dims) {
    using T = TinyOnnx;
    return T()
        .add(T::node("Identity", {"x"}, {"y"}))
        .input(T::value("x", type, dims))
        .output(T::value("y", type, dims))
        .file();
}

// One endpoint for each datatype of the protocol, in the protocol's name.
const std::map<std::string, TinyOnnx::Type> kTypes = {
    {"BOOL", TinyOnnx::Bool},     {"UINT8", TinyOnnx::Uint8},   {"UINT16", TinyOnnx::Uint16},
    {"UINT32", TinyOnnx::Uint32}, {"UINT64", TinyOnnx::Uint64}, {"INT8", TinyOnnx::Int8},
    {"INT16", TinyOnnx::Int16},   {"INT32", TinyOnnx::Int32},   {"INT64", TinyOnnx::Int64},
    {"FP16", TinyOnnx::Float16},  {"FP32", TinyOnnx::Float},    {"FP64", TinyOnnx::Double},
    {"BYTES", TinyOnnx::String},  {"BF16", TinyOnnx::Bfloat16}};

class OipForeignClients : public testing::Test {
protected:
    void SetUp() override {
        const fs::path models = m_work / "models";
        for (const auto& [name, model] : std::map<std::string, std::string>{
                 {"simple", simple()},
                 {"texts", identity(TinyOnnx::String, {-1, -1})},
                 {"scalar", identity(TinyOnnx::Int64, {})}}) { // a bare repository: no endpoint.toml
            writeText(models / name / "1/model.onnx", model);
        }
        for (const auto& [name, type] : kTypes) {
            writeText(models / name / "1/model.onnx", identity(type, {-1}));
        }
        m_node = std::make_unique<NodeProcess>(NodeProcessOptions{models, "", 0, false});
        ASSERT_TRUE(m_node->start());
        const client::ConnectOptions caller = m_node->connectAs("caller/acme/foreign", m_node->inference());
        const client::ConnectOptions console = m_node->connectAs("console/ada/laptop", m_node->control());
        const std::string control = std::string(std::getenv("GNOMON_BIN")) + "/gnomonctl --node " + m_node->control() +
                                    " --server-name localhost --ca " + console.caFile + " --cert " +
                                    console.certificateFile + " --key " + console.keyFile;
        const nlohmann::json task = {{"address", m_node->inference()},
                                     {"ca", caller.caFile},
                                     {"certificate", caller.certificateFile},
                                     {"key", caller.keyFile},
                                     {"proto", (source() / "proto").string()},
                                     {"generated", m_work.path().string()},
                                     {"control", control}};
        writeText(m_work / "task.json", task.dump());
    }

    // Runs the client on the task; it must end well and have found everything right that is on its list.
    void expectGood(const std::string& command) {
        const ProgramEnd end = runCommand(command + " " + (m_work / "task.json").string());
        EXPECT_EQ(end.code, 0) << end.text << "\n" << m_node->log();
        std::printf("%s", end.text.c_str());
        EXPECT_NE(end.text.find("right: every RPC"), std::string::npos);
    }

    static bool isThere(const std::string& command) { return runCommand(command).code == 0; }

    TempFolder m_work;
    std::unique_ptr<NodeProcess> m_node;
};

TEST_F(OipForeignClients, pythonGrpcio) {
    const std::string python = fs::exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
    ASSERT_TRUE(isThere(python + " -c 'import grpc, google.protobuf'"))
        << "python3-grpcio is not installed: ./run setup";
    const fs::path client = source() / "tests/integration/oip_foreign_clients/python_client.py";
    const std::string protoc = "protoc -I " + (source() / "proto").string() +
                               " --python_out=" + m_work.path().string() +
                               " inference/grpc_service.proto inference/model_config.proto";
    ASSERT_TRUE(isThere(protoc)) << protoc;
    expectGood(python + " -B " + client.string());
}

TEST_F(OipForeignClients, grpcJs) {
    const std::string modules = (installedClients() / "node_modules").string();
    ASSERT_TRUE(isThere("NODE_PATH=" + modules + " node -e \"require('@grpc/grpc-js')\""))
        << "@grpc/grpc-js is not installed: ./run setup";
    const fs::path client = source() / "tests/integration/oip_foreign_clients/grpc_js_client.js";
    expectGood("NODE_PATH=" + modules + " node " + client.string());
}

} // namespace
} // namespace gnomon::test
