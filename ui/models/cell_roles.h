// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMetaType>
#include <Qt>

namespace gnomon::ui {

// Whether a row can be believed as it stands.
enum class RowState { Live, Stale, Loading, Failed };

// How loud a cell is; the delegate gives it shape and colour.
enum class CellTone { Act, Watch, Stale, Open, Calm };

// Roles beyond Qt's own that the console's models answer. Sort: the raw value; Display: its text. Numbered away from
// the roles that single models add for themselves.
enum CellRole {
    SortRole = Qt::UserRole + 1000,
    StateRole,   // RowState
    ToneRole,    // CellTone; invalid where the cell is no badge
    PointsRole,  // QList<double>; invalid where the cell has no sparkline
    MutedRole,   // bool
    HeadingRole, // bool: a heading over the rows that follow
};

} // namespace gnomon::ui

Q_DECLARE_METATYPE(gnomon::ui::RowState)
Q_DECLARE_METATYPE(gnomon::ui::CellTone)
