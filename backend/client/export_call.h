// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/client/call_set.h"
#include "backend/client/connection.h"
#include "backend/port/node_gateway.h"

#include <chrono>
#include <stop_token>

namespace gnomon::client {

// Streams the log. The next chunk is only asked for once the one before was taken, so a slow disk slows the node down.
// Does nothing once `calls` is ending; both arguments outlive the call, for calls waits for it.
void startExport(CallSet& calls, Connection& connection, std::chrono::milliseconds deadline, std::stop_token stop,
                 port::ExportEvents events);

} // namespace gnomon::client
