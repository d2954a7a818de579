// SPDX-License-Identifier: GPL-3.0-or-later
// Shows gRPC types: for the files of this folder only.
#pragma once

#include "backend/base/result.h"

#include <grpcpp/security/server_credentials.h>

#include <filesystem>
#include <memory>
#include <string>

namespace gnomon::node {

struct TlsFiles {
    std::filesystem::path ca;
    std::filesystem::path certificate;
    std::filesystem::path key;
    std::string trustDomain; // the certificate is for a node of this one
};

// Mutual TLS: a peer without a certificate of the authority does not get past the handshake. The files are watched and
// taken over within a second, without a restart. Refuses files that are missing, unreadable, do not belong together, or
// a key that others can read, and a certificate whose only URI name is not spiffe://<trust domain>/node/<id>.
Result<std::shared_ptr<grpc::ServerCredentials>> mutualTls(const TlsFiles& files);

} // namespace gnomon::node
