// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "backend/domain/identity.h"
#include "backend/domain/node.h"
#include "backend/domain/plan.h"

#include <optional>
#include <vector>

namespace gnomon::ui {

// One thing that somebody could do to an endpoint now.
struct ChangeAction {
    ChangeKind kind = ChangeKind::Fallback;
    QString title;         // "Fall back…"
    QString description;   // what it would do, here and now
    QString blocked;       // why it cannot be done now; empty when it can
    bool denied = false;   // blocked for want of a permission, not of sense
    ChangeRequest request; // with defaults; the sheet lets people choose others

    bool operator==(const ChangeAction&) const = default;
};

// All of them, the safest first. principal: who asks; absent while it is not known, which blocks nothing: the node
// decides in the end.
std::vector<ChangeAction> changeActions(const EndpointSnapshot& snapshot, std::size_t generations,
                                        const std::optional<Principal>& principal);

// What a change would need that this endpoint has: versions to shadow or promote.
std::vector<VersionNumber> versionsFor(ChangeKind kind, const EndpointSnapshot& snapshot);

} // namespace gnomon::ui
