// SPDX-License-Identifier: GPL-3.0-or-later
// Shows gRPC types: for the files of this folder only.
#pragma once

#include "backend/access/revocations.h"
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

// Mutual TLS: a peer without a certificate of the authority, or with a revoked one, does not get past the handshake.
// gRPC takes over whatever it finds in the files that it watches, and refuses every handshake when they do not fit. So
// it watches copies, in a private folder of the node's, which only files that were found to be good get into.
class MutualTls {
public:
    // What open() would say of the files; makes nothing.
    static Status check(const TlsFiles& files);
    // Refuses files that are missing, unreadable, do not belong together, or a key that others can read, and a
    // certificate whose only URI name is not spiffe://<trust domain>/node/<id>. folder: made here, emptied at the end.
    // revocations must outlive the credentials.
    static Result<std::unique_ptr<MutualTls>> open(TlsFiles files, std::filesystem::path folder,
                                                   const access::Revocations& revocations);
    ~MutualTls();
    MutualTls(const MutualTls&) = delete;
    MutualTls& operator=(const MutualTls&) = delete;

    std::shared_ptr<grpc::ServerCredentials> credentials() const { return m_credentials; }
    // Reads the files again. Handshakes from a second later on use them; connections that are open stay. False when
    // they are what is in use already; an error when they would have been refused by open(): nothing changes then.
    Result<bool> reload();

private:
    MutualTls(TlsFiles files, std::filesystem::path folder) : m_files(std::move(files)), m_folder(std::move(folder)) {}

    const TlsFiles m_files;
    const std::filesystem::path m_folder;
    std::string m_inUse;
    std::shared_ptr<grpc::ServerCredentials> m_credentials;
};

} // namespace gnomon::node
