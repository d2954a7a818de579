// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/policy/abandon_rule.h"

namespace gnomon::serving {

namespace {

constexpr std::chrono::seconds kOnce{1};
constexpr int kMuchMore = 8;
constexpr std::chrono::milliseconds kLeast{4}; // of a caller in a hurry less is never evidence; of 10 ms, half is given

} // namespace

bool AbandonRule::abandoned(MonoTime now) {
    if (m_inARow > 0 && now - m_lastCounted < kOnce) {
        return false;
    }
    m_lastCounted = now;
    ++m_inARow;
    return decide();
}

bool AbandonRule::stuck() {
    ++m_stuck;
    return decide();
}

void AbandonRule::cameBack() {
    --m_stuck;
}

void AbandonRule::succeeded() {
    m_inARow = 0;
}

void AbandonRule::clear() {
    m_inARow = 0;
    m_skipped = false;
}

bool AbandonRule::decide() {
    if (m_skipped || (m_inARow < m_most && m_stuck < m_most)) {
        return false;
    }
    m_skipped = true;
    return true;
}

std::chrono::nanoseconds muchMoreThan(std::chrono::nanoseconds typical) {
    return kMuchMore * typical;
}

bool tellsOfTheVersion(std::chrono::nanoseconds given, bool hurried, std::chrono::nanoseconds typical) {
    return !hurried || (given >= kLeast && given >= muchMoreThan(typical));
}

} // namespace gnomon::serving
