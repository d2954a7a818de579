// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>

namespace gnomon::faults {

// What the writer says over its pipe, only after the log said that it is durable. Smaller than PIPE_BUF: never torn.
struct Acknowledgement {
    enum class What : std::uint64_t {
        Recovered, // seq: size of the log; every intent before it has its outcome
        Record,    // seq; tag: the number that its request id must be
        Change,    // seq: of the outcome; tag: seq of the intent
    };
    What what{};
    std::uint64_t seq = 0;
    std::uint64_t tag = 0;
};

// Opens the node's state, recovers it, then appends records and makes changes from several threads until it is killed.
// Returns an exit code only when something went wrong.
int writeUntilKilled(const std::filesystem::path& folder, int pipe);

} // namespace gnomon::faults
