// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/files.h"
#include "backend/base/mutex.h" // before gRPC, which brings macros of the same names
#include "backend/client/connect_options.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <memory>

namespace gnomon::test {

// A channel with mutual TLS, for tests that speak to a node through generated stubs. own: a connection of its own,
// which it does not share with channels to the same address.
inline std::shared_ptr<grpc::Channel> secureChannel(const client::ConnectOptions& connect, bool own = false) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, own ? 1 : 0);
    if (!connect.serverName.empty()) {
        arguments.SetSslTargetNameOverride(connect.serverName);
    }
    const grpc::SslCredentialsOptions tls{readFile(connect.caFile).value(), readFile(connect.keyFile).value(),
                                          readFile(connect.certificateFile).value()};
    return grpc::CreateCustomChannel(connect.address, grpc::SslCredentials(tls), arguments);
}

} // namespace gnomon::test
