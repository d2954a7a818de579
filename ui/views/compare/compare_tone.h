// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/domain/comparison.h"
#include "ui/models/comparison_words.h"
#include "ui/widgets/tokens.h"

namespace gnomon::ui {

inline Tone toneOf(VerdictTone tone) {
    switch (tone) {
    case VerdictTone::Calm:
        return Tone::Calm;
    case VerdictTone::Watch:
        return Tone::Watch;
    case VerdictTone::Act:
        return Tone::Act;
    case VerdictTone::Open:
        return Tone::Open;
    }
    return Tone::Open;
}

inline Tone toneOf(Verdict verdict) {
    switch (verdict) {
    case Verdict::Equivalent:
    case Verdict::Better:
        return Tone::Calm;
    case Verdict::Different:
    case Verdict::Worse:
        return Tone::Act;
    case Verdict::Conflicting:
        return Tone::Watch;
    case Verdict::CannotTellYet:
        return Tone::Open;
    }
    return Tone::Open;
}

} // namespace gnomon::ui
