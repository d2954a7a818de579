// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "backend/domain/node.h"
#include "ui/models/cell_roles.h"

#include <optional>
#include <vector>

namespace gnomon::ui {

// What an endpoint asks of people. Pure: a function of what is known.
struct Judgement {
    CellTone tone = CellTone::Open;
    QString word; // "Different", "Fallback", "OK"
    QString why;  // one sentence
    int rank = 0; // 0 is worst; the fleet is sorted by it

    bool operator==(const Judgement&) const = default;
};

// details: the full comparison, when it is at hand; null otherwise: then the snapshot's summary counts. history: newest
// first; may be empty while it is not known.
Judgement judge(const EndpointSnapshot& snapshot, const Comparison* details, const std::vector<Generation>& history,
                RowState state);

} // namespace gnomon::ui
