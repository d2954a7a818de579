// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/bridge/request.h"
#include "ui/models/change_actions.h"
#include "ui/models/generation_model.h"
#include "ui/models/history_feed.h"
#include "ui/views/shell/screen.h"

#include <optional>

namespace gnomon::ui {

class ActionList;
class DataTable;
class StateBadge;
class StatePane;
class TextLabel;

// What happened to the selected endpoint, newest first, and what can be done to it, safest first.
class ControlScreen final : public Screen {
    Q_OBJECT
public:
    explicit ControlScreen(const ConsoleContext& context, QWidget* parent = nullptr);

    void refresh() override;
    QList<KeyHelp> keys() const override;
    QByteArray saveState() const override;
    void restoreState(const QByteArray& state) override;

private:
    void build();
    void follow();  // the selection moved
    void showNow(); // a snapshot came, or an age moved
    void askWhoAmI(NodeSession& session);
    void showHistory();
    void showDetails();
    std::vector<ChangeAction> changes() const;
    QString detailsOf(const Generation& generation) const;
    const EndpointSnapshot* snapshot() const;

    HistoryFeed& m_history;
    GenerationModel m_model;
    Request m_principalCall;
    std::optional<Principal> m_principal;
    bool m_principalAsked = false; // of this connection; a refusal is not asked for again, it is recorded every time
    HistoryFeed::Key m_shown;      // the profile and the endpoint that are shown
    StatePane* m_pane;
    TextLabel* m_title;
    StateBadge* m_state;
    TextLabel* m_inForce;
    TextLabel* m_why;
    DataTable* m_table;
    TextLabel* m_details;
    ActionList* m_actions;
    TextLabel* m_readOnly;
};

ScreenEntry controlScreen();

} // namespace gnomon::ui
