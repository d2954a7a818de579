// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/node_process.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <memory>
#include <string>

namespace gnomon::test {

// A channel of its own with mutual TLS, for tests that speak to a node through generated stubs.
inline std::shared_ptr<grpc::Channel> oipChannel(NodeProcess& node, const std::string& role = "caller/acme/test") {
    const client::ConnectOptions connect = node.connectAs(role, node.inference());
    grpc::SslCredentialsOptions tls;
    tls.pem_root_certs = readFile(connect.caFile).value();
    tls.pem_cert_chain = readFile(connect.certificateFile).value();
    tls.pem_private_key = readFile(connect.keyFile).value();
    grpc::ChannelArguments arguments;
    arguments.SetSslTargetNameOverride("localhost");
    return grpc::CreateCustomChannel(node.inference(), grpc::SslCredentials(tls), arguments);
}

} // namespace gnomon::test
