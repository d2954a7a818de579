// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/clock.h"

#include <chrono>
#include <cstddef>

namespace gnomon::serving {

// How long one call of an endpoint takes when it need not wait, as a running figure, and from that how long one would
// wait now. While calls wait, it is the pace at which they are answered: a machine that stands still for a moment
// delays all of them, but the pace hardly. A value: pure, without a lock of its own. Calls are taken to be worked on
// `parallel` at a time, in their order.
class ServiceTime {
public:
    explicit ServiceTime(unsigned parallel = 1) : m_parallel(parallel == 0 ? 1 : parallel) {}

    // A call was answered now that came at `since`. among: calls under way when it came, itself included; left: those
    // under way now. tells: it was answered as asked; others count for what they leave behind only.
    void answered(MonoTime now, MonoTime since, std::size_t among, std::size_t left, bool tells = true);

    std::chrono::nanoseconds ofOne() const { return m_ofOne; } // zero until there are 16 samples
    // Before work on a call starts that comes to so many under way.
    std::chrono::nanoseconds waitBehind(std::size_t underWay) const;

private:
    void sample(std::chrono::nanoseconds one);

    unsigned m_parallel;
    bool m_busy = false;     // since m_from there was always one that waited
    MonoTime m_from;         // an answer; begins a stretch
    unsigned m_answered = 0; // within it
    unsigned m_samples = 0;  // up to 16
    std::chrono::nanoseconds m_fastest{0};
    std::chrono::nanoseconds m_ofOne{0};
};

} // namespace gnomon::serving
