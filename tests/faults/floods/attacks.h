// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/faults/floods/raw_peer.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace gnomon::faults {

struct Target {
    std::string address; // of the inference interface
    test::CertificateFiles certificate;
    std::chrono::milliseconds time; // that each attack goes on for
};

// What the attacker can tell of it.
struct AttackResult {
    std::uint64_t cuts = 0;  // connections that the node closed
    std::uint64_t bytes = 0; // sent
};

struct Attack {
    std::string name;
    bool enrolled = false;
    std::function<AttackResult(const Target&)> run;
};

// Those of security.md 0.1: by somebody without a certificate, and by a caller with one.
std::vector<Attack> attacks();

} // namespace gnomon::faults
