// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/client/failure.h"
#include "backend/base/bytes.h"
#include "backend/client/identity.h"
#include "backend/wire/status.h"

#include <grpcpp/client_context.h>
#include <grpcpp/security/auth_context.h>
#include <grpcpp/support/status.h>

namespace gnomon::client {

namespace {

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

Failure refused(const ConnectOptions& options, const std::string& cause, std::string remedy) {
    return {true, {ErrorCode::Unauthenticated, options.address + " " + cause, std::move(remedy)}};
}

Failure unreachable(const ConnectOptions& options, const std::string& cause, std::string remedy) {
    return {false, {ErrorCode::Unavailable, "cannot reach " + options.address + ": " + cause, std::move(remedy)}};
}

// A node that does not accept a certificate closes the connection without a word, and so does one that was just killed.
// What is wrong with the certificate itself was said before connecting; whether its issuer is right can be told here.
Failure explainClosed(const ConnectOptions& options) {
    if (options.plaintext) {
        return unreachable(options, "it closed the connection", "it may want TLS");
    }
    const auto identity = readIdentity(options);
    if (identity.ok() && !issuedBy(*identity)) {
        return refused(options,
                       "closed the connection, and " + options.certificateFile + " was not issued by " + options.caFile,
                       "use a certificate that the node's authority has issued");
    }
    return unreachable(options, "it closed the connection during the handshake",
                       "if this stays so, the node does not accept " + options.certificateFile);
}

// The library reports everything about connecting as UNAVAILABLE with a text of its own.
Failure explainUnavailable(const std::string& text, const ConnectOptions& options) {
    if (contains(text, "wrong version number")) {
        return refused(options, "does not speak TLS", "connect without TLS, if that is meant to be so");
    }
    if (contains(text, "certificate verify failed")) {
        return refused(options, "has a certificate that " + options.caFile + " does not vouch for as a server's",
                       "check the address and the authority's certificate");
    }
    if (contains(text, "is not in peer certificate")) {
        return refused(options, "has a certificate for another host name",
                       "check the address, or set the server name that the certificate states");
    }
    if (contains(text, "Ssl handshake failed")) {
        return refused(options, "refused the TLS handshake", "check the certificate files");
    }
    if (contains(text, "Connection refused")) {
        return unreachable(options, "nothing listens there", "check the address, and that the node runs");
    }
    if (contains(text, "DNS resolution failed") || contains(text, "empty address list")) {
        return unreachable(options, "the name has no address", "check the address");
    }
    if (contains(text, "Socket closed") || contains(text, "Connection reset")) {
        return contains(text, "failed to connect") ? explainClosed(options)
                                                   : unreachable(options, "the connection was closed", {});
    }
    return unreachable(options, printable(text, 200), {});
}

bool fromLibrary(const grpc::Status& status) {
    constexpr std::string_view kTexts[] = {
        "failed to connect", "Socket closed", "Connection reset", "empty address list", "DNS resolution",
        "Broken pipe",       "GOAWAY"};
    for (const std::string_view text : kTexts) {
        if (contains(status.error_message(), text)) {
            return true;
        }
    }
    return false;
}

} // namespace

Failure explain(const grpc::Status& status, const ConnectOptions& options) {
    if (status.error_code() == grpc::StatusCode::UNAVAILABLE && fromLibrary(status)) {
        return explainUnavailable(status.error_message(), options);
    }
    Failure failure{false, wire::fromGrpc(status)};
    switch (failure.error.code) {
    case ErrorCode::Unauthenticated:
    case ErrorCode::PermissionDenied:
        failure.permanent = true;
        break;
    case ErrorCode::Unimplemented:
        failure.permanent = true;
        if (failure.error.remedy.empty()) {
            failure.error = {ErrorCode::Unimplemented, options.address + " does not offer this",
                             "check that the address is the control interface of a node of this version"};
        }
        break;
    case ErrorCode::DeadlineExceeded:
        if (status.error_message() == "Deadline Exceeded") {
            failure.error.message = options.address + " did not answer in time";
        }
        break;
    case ErrorCode::InvalidArgument:
    case ErrorCode::NotFound:
    case ErrorCode::AlreadyExists:
    case ErrorCode::FailedPrecondition:
    case ErrorCode::Unavailable:
    case ErrorCode::Cancelled:
    case ErrorCode::ResourceExhausted:
    case ErrorCode::Corrupt:
    case ErrorCode::Internal:
        break;
    }
    return failure;
}

Status checkIsNode(const grpc::ClientContext& context, const ConnectOptions& options) {
    if (options.plaintext) {
        return {};
    }
    const auto auth = context.auth_context();
    const auto ids = auth ? auth->FindPropertyValues("peer_spiffe_id") : std::vector<grpc::string_ref>{};
    const std::string id = ids.size() == 1 ? std::string(ids[0].data(), ids[0].size()) : std::string();
    const std::size_t path = id.find('/', std::string_view("spiffe://").size());
    if (path == std::string::npos || id.compare(path, 6, "/node/") != 0) {
        return Error{ErrorCode::Unauthenticated,
                     options.address + " is not a node: its certificate names " +
                         (id.empty() ? "nobody" : "'" + printable(id, 200) + "'"),
                     "check the address; a node's certificate names spiffe://<trust domain>/node/<name>"};
    }
    return {};
}

} // namespace gnomon::client
