// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/clock.h"
#include "backend/base/random.h"
#include "backend/client/connect_options.h"
#include "backend/port/node_gateway.h"

#include <chrono>
#include <memory>

namespace gnomon::client {

struct GatewayOptions {
    ConnectOptions connect;
    std::chrono::milliseconds callDeadline{10'000};
    std::chrono::milliseconds changeDeadline{60'000}; // planning and executing may have to load models
    std::chrono::milliseconds exportDeadline{3'600'000};
    std::chrono::milliseconds heartbeat{2'000};    // three missed ones mean that the link is lost
    std::chrono::milliseconds firstWait{500};      // before the first retry; doubles,
    std::chrono::milliseconds longestWait{15'000}; // up to this. Both vary by up to a fifth.
};

// The gateway over gRPC. Works without open(), too: calls then connect by themselves, once each.
// A link is Refused when TLS, the certificate, the permissions or the version stand in the way, or when what answers is
// not a node; everything else is Waiting. Never call close() or the destructor from one of its callbacks.
// clock and random must outlive it.
std::unique_ptr<port::NodeGateway> makeGrpcGateway(GatewayOptions options, const Clock& clock, Random& random);

} // namespace gnomon::client
