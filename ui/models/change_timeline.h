// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QTimeZone>

#include "backend/domain/deployment.h"
#include "ui/models/cell_roles.h"

#include <string>
#include <vector>

namespace gnomon::ui {

class Fleet;
class HistoryFeed;

// One change of one endpoint, ready to be marked on a line of time.
struct TimelineChange {
    std::string profile;
    EndpointName endpoint;
    WallTime time;
    CellTone tone = CellTone::Open;
    QString label; // "Promoted credit-approval"
    QString text;  // "12:03:07 UTC  credit-approval on eu-1: promoted to v3 by ada: monthly retraining"
};

// The newest changes of all endpoints of all connected nodes, oldest first. A change that takes production away is
// loud, a change that brings something new is plain, everything else recedes.
std::vector<TimelineChange> changeTimeline(const Fleet& fleet, const HistoryFeed& history, const QTimeZone& zone);

} // namespace gnomon::ui
