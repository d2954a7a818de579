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
    return at == history.end() || at + 1 == history.end() ? std::nullopt : std::optional((at + 1)->number);
}

} // namespace gnomon
