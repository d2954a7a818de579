// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/clock.h"

#include <chrono>
#include <cstdint>

namespace gnomon::serving {

// When a version is skipped until a person acts: after K abandoned runs. A value: pure, without a clock or a lock.
// - Runs abandoned within one second count once, and a run that ends in time starts the count afresh: a machine that
//   stalled for a moment is not a model that hangs.
// - Runs that are still not back long after they were abandoned count each, whatever else succeeds: every one of them
//   holds a thread.
class AbandonRule {
public:
    explicit AbandonRule(std::uint32_t most) : m_most(most) {}

    // All return true when it is this that makes the version skipped.
    bool abandoned(MonoTime now);
    bool stuck();
    void cameBack(); // a run that stuck() had counted
    void succeeded();
    void clear(); // a person acted

    bool skipped() const { return m_skipped; }

private:
    bool decide();

    std::uint32_t m_most;
    std::uint32_t m_inARow = 0;
    std::uint32_t m_stuck = 0;
    MonoTime m_lastCounted;
    bool m_skipped = false;
};

// So long that a version that takes `typical` should have answered long since.
std::chrono::nanoseconds muchMoreThan(std::chrono::nanoseconds typical);

// Whether an overrun says anything about the version, and not only about a caller in a hurry: either the caller's
// deadline did not shorten its time, or it had much more than the version usually takes. typical: the mean of recent
// runs; zero when none has ended yet.
bool tellsOfTheVersion(std::chrono::nanoseconds given, bool hurried, std::chrono::nanoseconds typical);

} // namespace gnomon::serving
