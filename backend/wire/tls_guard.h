// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace gnomon::wire {

// Puts a FrameGuard on every TLS connection of this process, of its servers and of its clients: a connection that
// breaks its bounds is cut and logged as connection_cut. gRPC has no place for such a thing, so it sits where gRPC
// takes and gives plain bytes: this file defines SSL_read() and SSL_write() itself, which the loader prefers to the
// library's own, and has those do the work. Call once, first thing in main(); without it the program links to the
// library's as usual.
void guardTlsConnections();

// Connections that were cut since the start. Thread-safe.
std::uint64_t tlsConnectionsCut();

} // namespace gnomon::wire
