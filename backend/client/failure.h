// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/result.h"
#include "backend/client/connect_options.h"

namespace grpc {
class ClientContext;
class Status;
} // namespace grpc

namespace gnomon::client {

// Why a call failed. permanent: trying again will not help until a person acts.
struct Failure {
    bool permanent = false;
    Error error;
};

// What the peer or the library said, in words that name the node, the cause and a remedy. REQUIRES: !status.ok().
Failure explain(const grpc::Status& status, const ConnectOptions& options);

// What answered is a node: its certificate has exactly one SPIFFE id, and that is a node's. Without TLS it cannot be
// known. To be asked of a call that succeeded.
Status checkIsNode(const grpc::ClientContext& context, const ConnectOptions& options);

} // namespace gnomon::client
