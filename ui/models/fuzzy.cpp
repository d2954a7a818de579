// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/fuzzy.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace gnomon::ui {

namespace {

constexpr int kNever = std::numeric_limits<int>::min() / 2;
constexpr qsizetype kLongestPattern = 40;
constexpr qsizetype kLongestText = 160;

bool startsWord(const QString& text, qsizetype at) {
    return at == 0 || !text[at - 1].isLetterOrNumber() || (text[at].isUpper() && text[at - 1].isLower());
}

} // namespace

std::optional<int> fuzzyScore(const QString& pattern, const QString& text) {
    QString wanted;
    for (const QChar c : pattern.left(kLongestPattern)) {
        if (!c.isSpace()) {
            wanted += c.toCaseFolded();
        }
    }
    if (wanted.isEmpty()) {
        return 0;
    }
    const QString given = text.left(kLongestText);
    // best[at]: of all ways to place the letters so far with the newest one at `at`, the best.
    std::vector<int> best(static_cast<std::size_t>(given.size()), kNever);
    for (qsizetype p = 0; p < wanted.size(); ++p) {
        std::vector<int> next(best.size(), kNever);
        int before = p == 0 ? 0 : kNever; // the best that ends left of `at`, less a little for each letter skipped
        for (qsizetype at = 0; at < given.size(); ++at) {
            const auto i = static_cast<std::size_t>(at);
            if (given[at].toCaseFolded() == wanted[p]) {
                const int run = p > 0 && at > 0 && best[i - 1] > kNever ? best[i - 1] + 5 : kNever;
                const int here = std::max(before, run);
                next[i] = here <= kNever ? kNever : here + (startsWord(given, at) ? 8 : 0);
            }
            before = std::max(before > kNever ? before - 1 : kNever, best[i]);
        }
        best = std::move(next);
    }
    const int score = best.empty() ? kNever : *std::ranges::max_element(best);
    // A letter skipped costs one, so anything that fits stays far above kNever.
    return score > kNever / 2 ? std::optional(score * 4 - static_cast<int>(given.size()) / 4) : std::nullopt;
}

} // namespace gnomon::ui
