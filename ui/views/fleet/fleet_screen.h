// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/change_timeline.h"
#include "ui/models/comparison_feed.h"
#include "ui/models/endpoint_model.h"
#include "ui/models/history_feed.h"
#include "ui/views/fleet/fleet_filter.h"
#include "ui/views/shell/screen.h"
#include "ui/widgets/event_strip.h"

class QLineEdit;
class QPushButton;

namespace gnomon::ui {

class DataTable;
class StateBadge;
class StatePane;
class TextLabel;

// Every endpoint of every connected node, the worst first. Selecting a row selects it for all screens.
class FleetScreen final : public Screen {
    Q_OBJECT
public:
    explicit FleetScreen(const ConsoleContext& context, QWidget* parent = nullptr);

    void refresh() override;
    void focusFilter() override;
    bool closeTopLayer() override;
    QList<KeyHelp> keys() const override;
    QByteArray saveState() const override;
    void restoreState(const QByteArray& state) override;

private:
    void build();
    QWidget* makeTimeline();
    void showTimeline();
    void moveTimeline(); // to now
    void showChange();
    void openChange(int change);
    void showSummary();
    void showDetails();
    void followSelection();
    void takeCurrent();
    const EndpointRow* current() const;

    ComparisonFeed m_feed;
    HistoryFeed& m_history;
    EndpointModel m_model;
    FleetFilter m_filter;
    bool m_following = false; // the table is made to follow, nobody moves in it
    bool m_chosen;            // somebody chose an endpoint, or the worst was settled on
    QList<StateBadge*> m_counts;
    QLineEdit* m_field;
    DataTable* m_table;
    StatePane* m_pane;
    std::vector<TimelineChange> m_changes;
    QList<StripEvent> m_events; // of these
    QWidget* m_timelineBox;
    EventStrip* m_timeline;
    TextLabel* m_change;
    QWidget* m_detailsBox;
    StateBadge* m_detailsState;
    TextLabel* m_detailsText;
    QPushButton* m_open;
    QPushButton* m_control;
    QPushButton* m_fallBack;
};

ScreenEntry fleetScreen();

} // namespace gnomon::ui
