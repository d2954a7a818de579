// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/gnomonctl/exit_code.h"
#include "backend/base/clock.h"
#include "backend/base/random.h"
#include "backend/client/blocking.h"
#include "backend/client/connect_options.h"
#include "backend/port/node_gateway.h"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace CLI {
class App;
}

namespace gnomon::client {
class InferenceClient;
}

namespace gnomon::ctl {

// The options that every verb shares, what they make, and how results reach the terminal. One per process; used from
// the main thread.
class Context {
public:
    Context();
    ~Context();

    void addOptions(CLI::App& app);

    // The node's control interface, or its inference interface; made at first use.
    Result<port::NodeGateway*> gateway();
    Result<client::InferenceClient*> inference();

    // client::await, as patient as --timeout asks.
    template <class T, class Start>
    Result<T> await(Start&& start) const {
        return client::await<T>(std::forward<Start>(start), timeout() + std::chrono::minutes(2));
    }

    // The connection options that were given, quoted for a shell and each behind a blank: " --node 'a:1'".
    std::string connectionArguments() const;
    const std::string& keyFile() const { return m_key; }

    bool json() const { return m_json; }
    std::chrono::milliseconds timeout() const { return std::chrono::milliseconds(m_timeoutMs); }
    const Clock& clock() const { return m_clock; }

    void print(const std::string& text) const;
    void printJson(const nlohmann::json& value) const;
    // Prints the error with its remedy to standard error (as JSON with --json) and remembers the exit code.
    void fail(const Error& error);
    // With more fields for the JSON of the error.
    void fail(const Error& error, const nlohmann::json& more);
    // What somebody who reads along should know; on standard error, so that it is never taken for a result.
    void note(const std::string& text) const;
    void setExitCode(ExitCode code) { m_exitCode = code; }
    ExitCode exitCode() const { return m_exitCode; }

private:
    Status checkConnection(const std::string& address) const;
    client::ConnectOptions connect(const std::string& address) const;

    SystemClock m_clock;
    SystemRandom m_random;
    const CLI::App* m_connection = nullptr; // the options of the program, which outlives this
    std::string m_node = "127.0.0.1:8443";
    std::string m_inference = "127.0.0.1:8001";
    std::string m_ca;
    std::string m_certificate;
    std::string m_key;
    std::string m_serverName;
    bool m_plaintext = false;
    std::string m_traceParent;
    bool m_json = false;
    int m_timeoutMs = 15000;
    ExitCode m_exitCode = ExitCode::Ok;
    std::unique_ptr<port::NodeGateway> m_gateway;
    std::unique_ptr<client::InferenceClient> m_inferenceClient;
};

} // namespace gnomon::ctl
