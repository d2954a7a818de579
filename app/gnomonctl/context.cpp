// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gnomonctl/context.h"
#include "app/gnomonctl/json.h"
#include "app/gnomonctl/text.h"
#include "backend/client/grpc_gateway.h"
#include "backend/client/inference_client.h"
#include "backend/domain/trace_context.h"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <iostream>

namespace gnomon::ctl {

ExitCode exitCodeOf(const Error& error) {
    switch (error.code) {
    case ErrorCode::InvalidArgument:
        return ExitCode::Usage;
    case ErrorCode::Unavailable:
    case ErrorCode::DeadlineExceeded:
        return ExitCode::Unreachable;
    case ErrorCode::Unauthenticated:
    case ErrorCode::PermissionDenied:
        return ExitCode::Denied;
    case ErrorCode::NotFound:
    case ErrorCode::AlreadyExists:
    case ErrorCode::FailedPrecondition:
    case ErrorCode::ResourceExhausted:
    case ErrorCode::Unimplemented:
        return ExitCode::Refused;
    case ErrorCode::Corrupt:
        return ExitCode::Corrupt;
    case ErrorCode::Cancelled:
    case ErrorCode::Internal:
        return ExitCode::Failed;
    }
    return ExitCode::Failed;
}

Context::Context() = default;
Context::~Context() = default;

void Context::addOptions(CLI::App& app) {
    auto* group = app.add_option_group("Connection", "How to reach the node, and as whom");
    m_connection = group;
    group->add_option("--node", m_node, "Control address of the node")->envname("GNOMON_NODE")->capture_default_str();
    group->add_option("--inference", m_inference, "Inference address of the node")
        ->envname("GNOMON_INFERENCE")
        ->capture_default_str();
    group->add_option("--ca", m_ca, "Certificate of the authority (PEM)")->envname("GNOMON_CA");
    group->add_option("--cert", m_certificate, "Your certificate (PEM)")->envname("GNOMON_CERT");
    group->add_option("--key", m_key, "Your key (PEM file)")->envname("GNOMON_KEY");
    group->add_option("--server-name", m_serverName, "Name expected in the node's certificate");
    group->add_flag("--insecure-plaintext", m_plaintext, "No TLS: nobody is identified and nothing is protected");
    app.add_option("--traceparent", m_traceParent, "W3C trace that this is part of; kept with requests and changes")
        ->envname("TRACEPARENT");
    app.add_flag("--json", m_json, "Print JSON");
    app.add_option("--timeout", m_timeoutMs, "Deadline of one call in milliseconds")
        ->check(CLI::Range(1, 3600000))
        ->capture_default_str();
}

std::string Context::connectionArguments() const {
    std::string text;
    for (const CLI::Option* option : m_connection->get_options()) {
        if (option->count() > 0) {
            const bool flag = option->get_expected_max() == 0;
            text += " " + option->get_name() + (flag ? "" : " " + shellWord(option->results().back()));
        }
    }
    return text;
}

client::ConnectOptions Context::connect(const std::string& address) const {
    return {address, m_ca, m_certificate, m_key, m_serverName, m_plaintext, "gnomonctl/" GNOMON_VERSION, m_traceParent};
}

Status Context::checkConnection(const std::string& address) const {
    if (address.rfind(':') == std::string::npos || address.back() == ':') {
        return Error{ErrorCode::InvalidArgument, "'" + address + "' names no port",
                     "write host:port, such as localhost:8443 for control and localhost:8001 for inference"};
    }
    if (!m_plaintext && (m_ca.empty() || m_certificate.empty() || m_key.empty())) {
        return Error{ErrorCode::InvalidArgument, "the authority, your certificate and your key are not named",
                     "give the files with --ca, --cert and --key, or in GNOMON_CA, GNOMON_CERT and GNOMON_KEY; "
                     "gnomonctl pki makes them"};
    }
    if (!m_traceParent.empty() && !parseTraceParent(m_traceParent)) { // no reason to stop a rollback at night
        std::cerr << "gnomonctl: --traceparent (or TRACEPARENT) '" << printable(m_traceParent, 80)
                  << "' is no W3C traceparent and is left out\n";
    }
    return {};
}

Result<port::NodeGateway*> Context::gateway() {
    GNOMON_TRY(checkConnection(m_node));
    if (!m_gateway) {
        client::GatewayOptions options;
        options.connect = connect(m_node);
        options.callDeadline = timeout();
        m_gateway = client::makeGrpcGateway(options, m_clock, m_random);
    }
    return m_gateway.get();
}

Result<client::InferenceClient*> Context::inference() {
    GNOMON_TRY(checkConnection(m_inference));
    if (!m_inferenceClient) {
        GNOMON_ASSIGN(m_inferenceClient, client::makeInferenceClient(connect(m_inference)));
    }
    return m_inferenceClient.get();
}

void Context::print(const std::string& text) const {
    for (std::size_t start = 0; start < text.size();) { // whatever a node or a file says, a terminal gets plain lines
        const std::size_t end = std::min(text.find('\n', start), text.size());
        std::cout << printable(std::string_view(text).substr(start, end - start), std::string::npos);
        std::cout << (end < text.size() ? "\n" : "");
        start = end + 1;
    }
    std::cout << std::flush;
}

void Context::note(const std::string& text) const {
    std::cerr << "gnomonctl: " << printable(text, 2000) << "\n";
}

void Context::printJson(const nlohmann::json& value) const {
    std::cout << value.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << "\n" << std::flush;
}

void Context::fail(const Error& error) {
    fail(error, nlohmann::json::object());
}

void Context::fail(const Error& error, const nlohmann::json& more) {
    m_exitCode = exitCodeOf(error);
    if (m_json) {
        nlohmann::json object = toJson(error);
        object["error"].update(more);
        std::cerr << object.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
        return;
    }
    std::cerr << "gnomonctl: " << printable(error.message, 2000) << "\n";
    if (!error.remedy.empty()) {
        std::cerr << "  " << printable(error.remedy, 2000) << "\n";
    }
}

} // namespace gnomon::ctl
