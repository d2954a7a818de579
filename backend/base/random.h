// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/bytes.h"

#include <cstdint>
#include <span>
#include <string>

namespace gnomon {

// Where logic gets its randomness from. Thread-safe.
class Random {
public:
    virtual ~Random() = default;
    virtual void fill(std::span<std::uint8_t> out) = 0;

    // 128 random bits as 32 hexadecimal digits.
    std::string id();
    // Uniform in [0, 1).
    double unit();
};

// The operating system's generator.
class SystemRandom final : public Random {
public:
    void fill(std::span<std::uint8_t> out) override;
};

} // namespace gnomon
