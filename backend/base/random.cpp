// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/base/random.h"
#include "backend/base/check.h"

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace gnomon {

std::string Random::id() {
    std::array<std::uint8_t, 16> bytes{};
    fill(bytes);
    return toHex(ByteView(bytes));
}

double Random::unit() {
    std::array<std::uint8_t, 8> bytes{};
    fill(bytes);
    std::uint64_t bits = 0;
    std::memcpy(&bits, bytes.data(), sizeof bits);
    return static_cast<double>(bits >> 11) * 0x1.0p-53;
}

namespace {

void fromSystem(std::span<std::uint8_t> out) {
    while (!out.empty()) {
        const ssize_t got = getrandom(out.data(), out.size(), 0);
        // getrandom without flags fails only for a bad buffer or a signal, so anything else is our own mistake.
        GNOMON_CHECK(got > 0 || errno == EINTR);
        if (got > 0) {
            out = out.subspan(static_cast<std::size_t>(got));
        }
    }
}

constexpr std::size_t kSmall = 16; // an id; keys are longer, and are nowhere but where they are asked for

} // namespace

void SystemRandom::fill(std::span<std::uint8_t> out) {
    if (out.size() > kSmall) {
        fromSystem(out);
        return;
    }
    // Asking the system for each of thousands of ids a second costs more than making the ids.
    thread_local std::array<std::uint8_t, 32 * kSmall> pool;
    thread_local std::size_t used = pool.size();
    if (pool.size() - used < out.size()) {
        fromSystem(pool);
        used = 0;
    }
    std::memcpy(out.data(), pool.data() + used, out.size());
    used += out.size();
}

} // namespace gnomon
