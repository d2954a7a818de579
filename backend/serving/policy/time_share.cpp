// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/policy/time_share.h"

#include <algorithm>

namespace gnomon::serving {

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

std::chrono::nanoseconds timeShare(std::chrono::nanoseconds remaining, std::size_t after) {
    return remaining * 2 / (2 + static_cast<std::int64_t>(after));
}

} // namespace gnomon::serving
