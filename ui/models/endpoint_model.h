// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/domain/node.h"
#include "backend/port/console_store.h"
#include "ui/bridge/coalescer.h"
#include "ui/models/merging_model.h"
#include "ui/models/severity.h"

#include <chrono>
#include <map>
#include <memory>
#include <string>

namespace gnomon::ui {

class ComparisonFeed;
class Fleet;
class HistoryFeed;
class NodeSession;

// One endpoint of one node; or, with an empty endpoint, a node that has something to say for itself: nothing was heard
// from it, or it raised an alarm.
struct EndpointRow {
    std::string profile;
    QString node;
    port::EnvironmentClass environment = port::EnvironmentClass::Test;
    bool readOnly = false;
    EndpointName endpoint;
    Judgement judgement;
    RowState state = RowState::Loading;
    QString age;                                                  // "0.4 s"; empty when never heard
    std::shared_ptr<const EndpointSnapshot> snapshot = nothing(); // shared with the session
    std::shared_ptr<const Comparison> comparison;                 // null when there is no shadow

    static const std::shared_ptr<const EndpointSnapshot>& nothing();

    bool isNode() const { return endpoint.value.empty(); }
    bool operator==(const EndpointRow&) const = default;
};

// All endpoints of all connected nodes, the worst first. Follows the fleet by itself, in kFleetCadence; GUI thread
// only.
class EndpointModel final : public LiveTable<EndpointRow> {
    Q_OBJECT
public:
    enum Column {
        StateColumn,
        EndpointColumn,
        NodeColumn,
        ModeColumn,
        ShadowColumn,
        AgreementColumn,
        LatencyColumn,
        RateColumn,
        SubstitutedColumn,
        AgeColumn,
        ColumnCount
    };

    // All must outlive the model.
    EndpointModel(const Fleet& fleet, const ComparisonFeed& feed, const HistoryFeed& history,
                  QObject* parent = nullptr);

    void refresh();

Q_SIGNALS:
    void refreshed(); // all rows are as they should be; while rows are moved one by one they are not

protected:
    int columns() const override { return ColumnCount; }
    QVariant cell(const EndpointRow& row, int column, int role) const override;
    QVariant heading(int column) const override;
    Qt::Alignment align(int column) const override;

private:
    // What a judgement was made of.
    struct Judged {
        std::shared_ptr<const EndpointSnapshot> snapshot;
        std::shared_ptr<const Comparison> comparison;
        RowState state = RowState::Loading;
        Judgement judgement;
    };

    void collect(const NodeSession& session, std::vector<EndpointRow>& rows);
    const Judgement& judgementOf(const EndpointRow& row, Judged& before) const;

    const Fleet& m_fleet;
    const ComparisonFeed& m_feed;
    const HistoryFeed& m_history;
    // By profile, in the order of the node's endpoints. Most of what a refresh shows is as it was.
    std::map<std::string, std::vector<Judged>> m_judged;
    Coalescer m_soon;
};

} // namespace gnomon::ui
