// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/port/model_runner.h"

#include <chrono>
#include <memory>
#include <string>

namespace gnomon::upstream {

// A model of another process that speaks the Open Inference Protocol.
struct OipTarget {
    std::string address; // "unix:/run/x.sock", "host:port"
    std::string model;
    std::string version; // empty: whatever the server has deployed
    // PEM texts. Without root certificates the connection is plaintext: for Unix sockets.
    std::string rootCertificates;
    std::string certificateChain;
    std::string privateKey;
    int mostReplyBytes = 64 << 20;
};

// Connects and asks the server what its model is like; blocks for at most `within`. Errors: Unavailable (nobody
// answers), NotFound (no such model), InvalidArgument (it describes the model in a way that cannot be), and what else
// the server says. The runner passes on each run's deadline and cancels abandoned runs at the server; a run of a server
// that has gone fails with Unavailable. compute is what the server states as gnomon_compute_ns, or the whole call's
// time.
Result<std::shared_ptr<port::ModelRunner>> connectOip(const OipTarget& target, std::chrono::milliseconds within);

} // namespace gnomon::upstream
