// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "backend/domain/comparison.h"
#include "ui/models/service_record.h"

#include <optional>

namespace gnomon::ui {

// What to do about a comparison, and what speaks for it beside the comparison itself. Without labels nobody knows which
// version is right: what counts is which of them has proven itself in service, and the way back is preferred.
struct Advice {
    QString action;  // "Roll back to v1, then compare v3 as a shadow."
    QString grounds; // "v3 is the newcomer: promoted 6 min ago by ada; v1 served before it, for 3 d."; may be empty
    std::optional<VersionService> rollBack; // where to, when that is the advice

    bool urgent() const { return rollBack.has_value(); }
};

Advice adviceOn(const Comparison& comparison, const Background& background);

} // namespace gnomon::ui
