// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/mutex.h" // before gRPC, which brings macros of the same names
#include "tests/integration/hostile_inputs/expected_reply.h"
#include "tests/integration/hostile_inputs/opened_files.h"
#include "tests/support/node_process.h"

#include <inference/grpc_service.grpc.pb.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <thread>

namespace gnomon::test {

// A real node, traced where that can be done, whose repository holds a few good models among everything bad there is.
// From the start to finish() somebody asks one of the good ones without a pause. One thread.
class HostileNode {
public:
    // bad: the folder data/bad; without it, what tests can make themselves. Null when the node did not start.
    static std::unique_ptr<HostileNode> start(const std::optional<std::filesystem::path>& bad);
    ~HostileNode() { finish(); }

    NodeProcess& node() { return *m_node; }
    const EchoModels& echoModels() const { return m_echo; }
    const std::map<std::string, std::string>& hostileFolders() const { return m_folders; }
    bool isAlive() const;
    std::size_t residentBytes() const;
    std::size_t mostResidentBytes() const; // since its start

    // How a file of data/bad is called as an endpoint.
    static std::string endpointOf(const std::string& file);

    grpc::Status infer(const inference::ModelInferRequest& request, inference::ModelInferResponse& response);
    // What the model says it takes, as zeros: one row of them.
    inference::ModelInferRequest zeros(const std::string& endpoint);

    // Ends the node and the asking; empty, or what went wrong with the healthy endpoint meanwhile.
    std::string finish();
    // After finish().
    std::uint64_t healthyCalls() const { return m_calls; }
    std::uint64_t healthyTurnedAway() const { return m_turnedAway; }
    int exitCode() const { return m_exitCode; }
    bool traced() const { return !m_tracer.empty(); }
    OpenedFiles openedFiles() const { return {m_folder.path() / "trace", m_pid}; }
    // Where a node has business: its repository, its state, the system's libraries and facts.
    std::vector<std::string> allowedFolders() const;

private:
    explicit HostileNode(const std::optional<std::filesystem::path>& bad);
    std::filesystem::path repository() const { return m_folder.path() / "models"; }
    void makeEchoModels();
    void copyBadFiles(const std::filesystem::path& bad);
    void connect();
    void ask(const std::stop_token& stop);

    TempFolder m_folder;
    const std::vector<std::string> m_tracer;
    EchoModels m_echo;
    std::map<std::string, std::string> m_folders;
    std::unique_ptr<NodeProcess> m_node;
    std::unique_ptr<inference::GRPCInferenceService::Stub> m_stub;
    std::jthread m_asking;
    std::string m_trouble;          // of the asking thread; read after it has ended
    std::uint64_t m_calls = 0;      // the same
    std::uint64_t m_turnedAway = 0; // the same
    pid_t m_pid = 0;
    int m_exitCode = -1;
};

} // namespace gnomon::test
