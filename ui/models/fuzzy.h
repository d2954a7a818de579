// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <optional>

namespace gnomon::ui {

// How well a pattern fits a text whose letters it names in order, ignoring case and spaces; absent when it does not.
// Higher is better: beginnings of words, runs of letters and early places count, length counts against.
std::optional<int> fuzzyScore(const QString& pattern, const QString& text);

} // namespace gnomon::ui
