// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/client/connect_options.h"

#include <sys/types.h>

#include <filesystem>
#include <string>

namespace gnomon::bench {

struct BareServerFiles {
    std::string model;
    std::string ca;
    std::string certificate;
    std::string key;
};

// The least that can serve a model over the same wire: gRPC's callback API with mutual TLS, and ONNX Runtime in the
// handler. No checks, no deadlines, no metrics, nothing recorded. A process of its own, killed at the end.
class BareServer {
public:
    explicit BareServer(const BareServerFiles& files);
    ~BareServer();
    BareServer(const BareServer&) = delete;
    BareServer& operator=(const BareServer&) = delete;

    pid_t pid() const { return m_pid; }
    const std::string& address() const { return m_address; } // empty: it did not start

    // What the process does; never returns.
    [[noreturn]] static void serve(const BareServerFiles& files, int ready);

private:
    pid_t m_pid = 0;
    std::string m_address;
};

} // namespace gnomon::bench
