// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/policy/time_share.h"
#include "backend/serving/policy/abandon_rule.h"

#include <algorithm>

namespace gnomon::serving {

namespace {

constexpr std::chrono::milliseconds kMostSpare{100};

} // namespace

MonoTime answerBy(MonoTime now, std::chrono::nanoseconds budget, std::optional<MonoTime> deadline,
                  SafetyMargin margin) {
    const MonoTime byBudget = now + budget;
    if (!deadline) {
        return byBudget;
    }
    // A caller may state a deadline centuries away; what is beyond the budget is of no interest.
    const std::chrono::nanoseconds remaining = std::min<std::chrono::nanoseconds>(*deadline - now, 4 * budget);
    const auto share =
        std::chrono::nanoseconds(static_cast<std::int64_t>(margin.share * static_cast<double>(remaining.count())));
    const std::chrono::nanoseconds kept = std::min(std::clamp(share, margin.atLeast, margin.atMost), remaining / 2);
    return std::min(byBudget, now + remaining - kept);
}

MonoTime waitUntil(MonoTime now, MonoTime answerBy, std::optional<MonoTime> deadline,
                   std::chrono::nanoseconds typical) {
    if (!deadline) {
        return answerBy;
    }
    const MonoTime usual = *deadline - std::min<std::chrono::nanoseconds>((*deadline - now) / 2, kMostSpare);
    return std::clamp(now + muchMoreThan(typical), std::min(usual, answerBy), answerBy);
}

std::chrono::nanoseconds timeShare(std::chrono::nanoseconds remaining, std::size_t after) {
    return remaining * 2 / (2 + static_cast<std::int64_t>(after));
}

} // namespace gnomon::serving
