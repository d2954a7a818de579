// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/domain/rollback.h"

#include <algorithm>

namespace gnomon {

std::optional<GenerationNumber> rollbackTarget(const std::vector<Generation>& history) {
    // What is restored may itself have restored something: the way back starts where it came from at first. Each step
    // searches on from the last, for only older generations are restored.
    auto at = history.begin();
    while (at != history.end() && at->restores) {
        at = std::find_if(at + 1, history.end(),
                          [wanted = *at->restores](const Generation& older) { return older.number == wanted; });
    }
    const auto target = at == history.end() ? at : std::find_if(at + 1, history.end(), [&](const Generation& older) {
        return older.deployment.mode != Mode::Disabled && older.deployment != history.front().deployment;
    });
    return target == history.end() ? std::nullopt : std::optional(target->number);
}

std::optional<GenerationNumber> rolledBackFrom(const std::vector<Generation>& history, GenerationNumber number) {
    const auto left = std::find_if(history.begin(), history.end(), [number](const Generation& each) {
        return each.kind == ChangeKind::Rollback && each.restores && *each.restores < number && number < each.number;
    });
    return left == history.end() ? std::nullopt : std::optional(left->number);
}

} // namespace gnomon
