// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstddef>

namespace gnomon::serving {

// How long one call of an endpoint takes when it need not wait, as a running figure, and from that how long one would
// wait now. A value: pure, without a lock of its own. Calls are taken to be worked on `parallel` at a time, in their
// order.
class ServiceTime {
public:
    explicit ServiceTime(unsigned parallel = 1) : m_parallel(parallel == 0 ? 1 : parallel) {}

    // took: from its admission to its answer. among: calls under way when it came, itself included.
    void sample(std::chrono::nanoseconds took, std::size_t among);

    std::chrono::nanoseconds ofOne() const { return m_ofOne; } // zero until there are 16 samples
    // Before work on a call starts that comes to so many under way.
    std::chrono::nanoseconds waitBehind(std::size_t underWay) const;

private:
    unsigned m_parallel;
    unsigned m_samples = 0; // up to 16
    std::chrono::nanoseconds m_fastest{0};
    std::chrono::nanoseconds m_ofOne{0};
};

} // namespace gnomon::serving
