// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/clock.h"

#include <chrono>
#include <cstdint>

namespace gnomon::serving {

// When a circuit opens and for how long (security.md 4.5).
struct BreakerRule {
    std::uint32_t consecutive = 5;            // failures in a row that open it
    double share = 0.5;                       // or this share of failures ...
    std::uint32_t atLeast = 20;               // ... of at least so many runs ...
    std::chrono::milliseconds window{1000};   // ... within this time
    std::chrono::milliseconds open{1000};     // for so long at first, then twice as long each time ...
    std::chrono::milliseconds longest{30000}; // ... up to this

    bool operator==(const BreakerRule&) const = default;
};

// Whether a version may be asked now. A value: pure, without a clock or a lock of its own; the owner has both.
// probe: the run was the one that allow() let through in HalfOpen. Other runs that end then started before it: their
// failures are old news, but any success closes it.
class Breaker {
public:
    enum class State { Closed, Open, HalfOpen };

    explicit Breaker(BreakerRule rule = {}) : m_rule(rule) {}

    // May a run start now? In HalfOpen one run, the probe, may; until its end every other is turned away.
    bool allow(MonoTime now);
    void succeeded(MonoTime now);
    void failed(MonoTime now, bool probe);
    // A run that allow() let through ended without saying anything about the version.
    void withdrawn(bool probe);
    // Closed becomes HalfOpen: no failure yet, but nobody should wait for the version until a probe has answered.
    void suspect();
    void reset();

    State state() const { return m_state; }
    MonoTime openUntil() const { return m_openUntil; }

private:
    void count(MonoTime now, bool failure);
    void trip(MonoTime now);

    BreakerRule m_rule;
    State m_state = State::Closed;
    MonoTime m_openUntil;
    std::chrono::milliseconds m_nextOpen{0};
    bool m_probing = false;
    std::uint32_t m_inARow = 0;
    MonoTime m_windowStart;
    std::uint32_t m_runs = 0;
    std::uint32_t m_failures = 0;
};

} // namespace gnomon::serving
