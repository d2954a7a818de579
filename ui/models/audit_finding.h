// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace gnomon::ui {

// What checking found. Each has a shape and a word of its own; only Verified may ever look like health.
enum class Finding {
    NotChecked, // ⧖ nothing was proved yet
    Verified,   // ✓ proved here
    Altered,    // ▲ bytes, leaf or root do not match
    Missing,    // ▲ records that were there are gone
    Rewritten,  // ▲ consistent in itself, but not with what this console saw before
    KeyUnknown, // ○ not signed by the key that this console knows
};

QString findingShape(Finding finding);
QString findingWord(Finding finding);
// Somebody must look into it.
bool isAlarm(Finding finding);

} // namespace gnomon::ui
