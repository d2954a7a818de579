// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace gnomon::wire {

// Sends what gRPC and Protobuf write to standard error by themselves through logEvent(), at level debug: a failure is
// logged where it is handled, and peers can cause these lines at will. What gRPC says before it ends the process is an
// error. Call first thing in main().
void routeLibraryLogs();

} // namespace gnomon::wire
