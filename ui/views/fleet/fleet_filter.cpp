// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/fleet/fleet_filter.h"

#include "ui/models/cell_roles.h"
#include "ui/models/endpoint_model.h"

namespace gnomon::ui {

FleetFilter::FleetFilter(QObject* parent) : QSortFilterProxyModel(parent) {
    setSortRole(SortRole);
    setDynamicSortFilter(true);
}

void FleetFilter::setWords(const QString& words) {
    m_words = words;
    invalidateFilter();
}

bool FleetFilter::filterAcceptsRow(int row, const QModelIndex& parent) const {
    if (m_words.trimmed().isEmpty() || parent.isValid()) {
        return true;
    }
    const auto* model = static_cast<const EndpointModel*>(sourceModel());
    const EndpointRow& endpoint = model->rowAt(row);
    const QString text = QString::fromStdString(endpoint.endpoint.value) + u' ' + endpoint.node + u' ' +
                         endpoint.judgement.word + u' ' + QString::fromStdString(endpoint.snapshot->settings.owner);
    for (const QString& word : m_words.split(u' ', Qt::SkipEmptyParts)) {
        if (!text.contains(word, Qt::CaseInsensitive)) {
            return false;
        }
    }
    return true;
}

} // namespace gnomon::ui
