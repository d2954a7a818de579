// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimeZone>

#include "backend/domain/deployment.h"
#include "ui/models/merging_model.h"

namespace gnomon::ui {

// One entry of an endpoint's history.
struct GenerationRow {
    Generation generation;
    bool inForce = false;

    bool operator==(const GenerationRow&) const = default;
};

// The history of one endpoint, newest first. GUI thread only.
class GenerationModel final : public LiveTable<GenerationRow> {
    Q_OBJECT
public:
    enum Column { NumberColumn, TimeColumn, ChangeColumn, ActorColumn, DeploymentColumn, ReasonColumn, ColumnCount };

    using LiveTable::LiveTable;

    // newestFirst: the first one is in force.
    void setGenerations(const std::vector<Generation>& newestFirst);
    std::vector<Generation> generations() const;
    void setZone(const QTimeZone& zone);

protected:
    int columns() const override { return ColumnCount; }
    QVariant cell(const GenerationRow& row, int column, int role) const override;
    QVariant heading(int column) const override;
    Qt::Alignment align(int column) const override;

private:
    QTimeZone m_zone = QTimeZone::utc();
};

} // namespace gnomon::ui
