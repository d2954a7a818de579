// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QTimeZone>

#include "ui/models/cell_roles.h"

namespace gnomon::ui {

class NodeSession;

// How a node's link stands, in words.
struct LinkWords {
    CellTone tone = CellTone::Open;
    QString word;     // "live 0.4 s", "retry in 6 s", "refused", "connecting"
    QString sentence; // "Last heard 12:03:07 UTC (41 s ago). Retrying in 6 s."; empty when live
    bool canRetry = false;

    bool operator==(const LinkWords&) const = default;
};

LinkWords linkWords(const NodeSession& session, const QTimeZone& zone);

// How believable what is known of the node is.
RowState rowStateOf(const NodeSession& session);

} // namespace gnomon::ui
