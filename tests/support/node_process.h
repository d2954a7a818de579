// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/check.h"
#include "backend/base/files.h"
#include "backend/client/grpc_gateway.h"
#include "backend/client/inference_client.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test_pki.h"

#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace gnomon::test {

struct NodeProcessOptions {
    std::filesystem::path repository;
    std::string moreConfig;              // appended to the configuration file
    rlim_t descriptors = 0;              // RLIMIT_NOFILE; 0: as inherited
    bool showLog = false;                // the node's log goes to the test's standard error
    std::vector<std::string> under = {}; // a command that runs the node in its own process, such as a tracer
};

// A real gnomond with mutual TLS and a state folder of its own. It keeps its ports over a restart. Killed at the end.
// Expects GNOMON_BIN (folder of the programs), as gnomon_test() sets it.
class NodeProcess {
public:
    explicit NodeProcess(NodeProcessOptions options) : m_options(std::move(options)) {
        m_node = m_pki.issue("node/test", {"localhost", "127.0.0.1"});
        writeConfig("127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0");
    }
    ~NodeProcess() {
        if (m_pid > 0) {
            kill(SIGKILL);
        }
    }
    NodeProcess(const NodeProcess&) = delete;
    NodeProcess& operator=(const NodeProcess&) = delete;

    // False when it did not become ready within a minute; its log is printed then.
    bool start() {
        std::filesystem::remove(readyFile());
        m_pid = spawn();
        const auto until = std::chrono::steady_clock::now() + std::chrono::minutes(1);
        while (std::chrono::steady_clock::now() < until) {
            if (std::filesystem::exists(readyFile())) {
                const auto ready = nlohmann::json::parse(readFile(readyFile()).value());
                m_inference = ready["inference"];
                m_control = ready["control"];
                m_metrics = ready["metrics"];
                writeConfig(m_inference, m_control, m_metrics);
                return true;
            }
            if (::waitpid(m_pid, nullptr, WNOHANG) == m_pid) {
                m_pid = 0;
                break;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        std::fprintf(stderr, "gnomond did not get ready:\n%s\n", log().c_str());
        return false;
    }
    void kill(int signal) {
        ::kill(m_pid, signal);
        wait();
    }
    // SIGTERM; the exit code, or -1 when a signal ended it.
    int stop() {
        ::kill(m_pid, SIGTERM);
        return wait();
    }
    // Until it ends by itself; the same codes.
    int wait() {
        int status = 0;
        ::waitpid(m_pid, &status, 0);
        m_pid = 0;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    // No file of the running node can grow beyond a size: a full disk that needs no disk of its own.
    void limitFiles(rlim_t bytes) {
        const rlimit limit{bytes, RLIM_INFINITY};
        ::prlimit(m_pid, RLIMIT_FSIZE, &limit, nullptr);
    }

    // The running node's configuration file with something else appended.
    void reconfigure(const std::string& moreConfig) {
        m_options.moreConfig = moreConfig;
        writeConfig(m_inference, m_control, m_metrics);
    }
    // What it serves with now; its files may be replaced.
    const CertificateFiles& certificate() const { return m_node; }

    pid_t pid() const { return m_pid; }
    const std::string& inference() const { return m_inference; }
    const std::string& control() const { return m_control; }
    const std::string& metrics() const { return m_metrics; }
    std::string log() const { return readFile(logFile()).ok() ? readFile(logFile()).value() : ""; }
    std::filesystem::path configFile() const { return m_folder.path() / "gnomond.toml"; }
    std::filesystem::path state() const { return m_folder.path() / "state"; }
    TestPki& pki() { return m_pki; }

    // role: "caller/acme/test", "console/ada/laptop".
    client::ConnectOptions connectAs(const std::string& role, const std::string& address) {
        const CertificateFiles files = m_pki.issue(role);
        return {address, m_pki.ca(), files.certificate, files.key, "localhost", false, "gnomon-test"};
    }
    std::unique_ptr<client::InferenceClient> caller(unsigned connections = 1) {
        return client::makeInferenceClient(connectAs("caller/acme/test", m_inference), connections).value();
    }
    std::unique_ptr<port::NodeGateway> operatorGateway() {
        client::GatewayOptions options;
        options.connect = connectAs("console/ada/laptop", m_control);
        return client::makeGrpcGateway(options, m_clock, m_random);
    }

private:
    std::filesystem::path readyFile() const { return m_folder.path() / "ready.json"; }
    std::filesystem::path logFile() const { return m_folder.path() / "log"; }

    void writeConfig(const std::string& inference, const std::string& control, const std::string& metrics) {
        const char* onnx = std::getenv("GNOMON_ONNXRUNTIME");
        std::ofstream(configFile()) << "[node]\nname = \"test\"\ntrust_domain = \"" << m_pki.trustDomain()
                                    << "\"\n[paths]\nrepository = \"" << m_options.repository.string()
                                    << "\"\nstate = \"state\"\n"
                                    << (onnx ? "onnxruntime = \"" + std::string(onnx) + "\"\n" : "")
                                    << "[inference]\nlisten = [\"" << inference << "\"]\n[control]\nlisten = [\""
                                    << control << "\"]\n[metrics]\nlisten = \"" << metrics << "\"\n[tls]\nca = \""
                                    << m_pki.ca() << "\"\ncertificate = \"" << m_node.certificate << "\"\nkey = \""
                                    << m_node.key << "\"\n"
                                    << m_options.moreConfig;
    }

    pid_t spawn() {
        const char* folder = std::getenv("GNOMON_BIN");
        GNOMON_CHECK(folder != nullptr);
        const std::string program = std::string(folder) + "/gnomond";
        const std::string config = configFile().string();
        const std::string ready = readyFile().string();
        const std::string log = logFile().string();
        const pid_t child = ::fork();
        if (child != 0) {
            return child;
        }
        if (m_options.descriptors > 0) {
            const rlimit limit{m_options.descriptors, m_options.descriptors};
            ::setrlimit(RLIMIT_NOFILE, &limit);
        }
        if (!m_options.showLog) {
            const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
            ::dup2(file, 2);
        }
        std::vector<std::string> words = m_options.under;
        words.insert(words.end(), {program, "--config", config, "--ready-file", ready});
        std::vector<char*> arguments;
        for (std::string& word : words) {
            arguments.push_back(word.data());
        }
        arguments.push_back(nullptr);
        ::execvp(arguments[0], arguments.data());
        ::_exit(127);
    }

    NodeProcessOptions m_options;
    TempFolder m_folder;
    TestPki m_pki;
    CertificateFiles m_node;
    SystemClock m_clock;
    SystemRandom m_random;
    pid_t m_pid = 0;
    std::string m_inference;
    std::string m_control;
    std::string m_metrics;
};

// The demo's models of this repository. Expects GNOMON_SOURCE.
inline std::filesystem::path demoModels() {
    const char* source = std::getenv("GNOMON_SOURCE");
    GNOMON_CHECK(source != nullptr);
    return std::filesystem::path(source) / "resources/demo/models";
}

} // namespace gnomon::test
