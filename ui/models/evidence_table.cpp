// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/evidence_table.h"

namespace gnomon::ui {

void EvidenceTable::setZone(const QTimeZone& zone) {
    if (zone == m_zone) {
        return;
    }
    m_zone = zone;
    if (rowCount() > 0) {
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
    }
}

bool EvidenceTable::canFetchMore(const QModelIndex& parent) const {
    return !parent.isValid() && m_load == Load::Ready && hasMore() && static_cast<std::size_t>(rowCount()) < kMaxRows;
}

void EvidenceTable::fetchMore(const QModelIndex& parent) {
    if (canFetchMore(parent)) {
        setLoad(Load::More);
        requestMore();
    }
}

void EvidenceTable::setLoad(Load load, std::optional<Error> error) {
    if (load == m_load && error == m_error) {
        return;
    }
    m_load = load;
    m_error = std::move(error);
    Q_EMIT loadChanged();
}

} // namespace gnomon::ui
