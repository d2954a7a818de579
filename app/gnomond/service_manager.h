// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace gnomon::app {

// Tells systemd, or whoever else started the node and named a datagram socket in NOTIFY_SOCKET: "READY=1" and the like,
// one to a line. Without that variable nothing is said, and nobody waits for it. Any thread.
void tellServiceManager(const std::string& state);

} // namespace gnomon::app
