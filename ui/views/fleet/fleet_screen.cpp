// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/fleet/fleet_screen.h"

#include "ui/bridge/coalescer.h"
#include "ui/bridge/node_session.h"
#include "ui/models/cell_roles.h"
#include "ui/models/format.h"
#include "ui/widgets/cell_delegate.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/event_strip.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/state_badge.h"
#include "ui/widgets/state_pane.h"

#include <QDataStream>
#include <QIODevice>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include <array>
#include <utility>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

FleetScreen::FleetScreen(const ConsoleContext& context, QWidget* parent)
    : Screen(context, parent), m_feed(context.fleet), m_history(HistoryFeed::of(context.fleet)),
      m_model(context.fleet, m_feed, m_history), m_chosen(!context.selection.endpoint().value.empty()) {
    m_filter.setSourceModel(&m_model);
    // When the chosen row goes, the table moves on to its neighbour by itself: nobody chose that one. Before the table.
    connect(&m_filter, &QAbstractItemModel::rowsAboutToBeRemoved, this, [this] { m_following = true; });
    build();
    connect(&m_model, &EndpointModel::refreshed, this, &FleetScreen::showSummary);
    connect(&context.fleet, &Fleet::profilesChanged, this, &FleetScreen::showSummary);
    auto* timeline = new Coalescer(
        kFleetCadence, [this] { showTimeline(); }, this);
    connect(&m_history, &HistoryFeed::changed, timeline, &Coalescer::ask);
    connect(&context.fleet, &Fleet::sessionAdded, timeline, &Coalescer::ask);
    connect(&context.fleet, &Fleet::sessionRemoved, timeline, &Coalescer::ask);
    connect(&context.fleet, &Fleet::ticked, this, &FleetScreen::moveTimeline);
    connect(&context.time, &TimeDisplay::changed, this, &FleetScreen::showTimeline);
    connect(&context.selection, &Selection::changed, this, [this] {
        if (!m_following) {
            m_chosen = true;
            followSelection();
        }
    });
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &FleetScreen::takeCurrent);
    connect(m_table, &DataTable::rowActivated, this, [this] {
        if (const EndpointRow* row = current(); row != nullptr && !row->isNode()) {
            Q_EMIT screenRequested(u"compare"_s);
        }
    });
    connect(m_field, &QLineEdit::textChanged, this, [this](const QString& words) {
        m_filter.setWords(words);
        showSummary();
    });
    showSummary();
}

void FleetScreen::build() {
    const int large = px(this, theme::kDistances.large);
    const int medium = px(this, theme::kDistances.medium);
    auto* page = new QVBoxLayout(this);
    page->setContentsMargins(large, large, large, medium);
    page->setSpacing(medium);
    auto* head = new QHBoxLayout;
    head->setSpacing(large);
    const std::array<const char*, 5> names = {"fleetCountAct", "fleetCountWatch", "fleetCountStale", "fleetCountOpen",
                                              "fleetCountCalm"};
    for (const char* name : names) {
        auto* badge = new StateBadge(this);
        badge->setObjectName(QString::fromLatin1(name));
        head->addWidget(badge);
        m_counts.append(badge);
    }
    head->addStretch();
    m_field = new QLineEdit(this);
    m_field->setObjectName(u"fleetFilter"_s);
    m_field->setAccessibleName(tr("Filter"));
    m_field->setPlaceholderText(tr("Filter by name, node, state or owner   /"));
    m_field->setClearButtonEnabled(true);
    m_field->setFixedWidth(px(this, 20));
    head->addWidget(m_field);
    page->addLayout(head);

    m_table = new DataTable(this);
    m_table->setObjectName(u"fleetTable"_s);
    m_table->setAccessibleName(tr("Endpoints, the worst first"));
    m_table->setModel(&m_filter);
    m_table->setItemDelegate(new CellDelegate(m_table));
    m_table->setSortingEnabled(false);
    const int widths[] = {9, 13, 9, 7, 7, 19, 10, 7, 7};
    for (int i = 0; i < EndpointModel::AgeColumn; ++i) {
        m_table->setColumnWidth(i, px(this, widths[i]));
    }
    m_table->horizontalHeader()->setStretchLastSection(true);
    setFocusProxy(m_table);
    m_pane = new StatePane(m_table, this);
    m_pane->setObjectName(u"fleetPane"_s);
    page->addWidget(m_pane, 1);
    page->addWidget(makeTimeline());

    m_detailsBox = new QWidget(this);
    m_detailsBox->setObjectName(u"fleetDetails"_s);
    auto* line = new QHBoxLayout(m_detailsBox);
    line->setContentsMargins({});
    line->setSpacing(medium);
    m_detailsState = new StateBadge(m_detailsBox);
    m_detailsState->setObjectName(u"fleetDetailsState"_s);
    m_detailsText = new TextLabel(TextStyle::Body, {}, m_detailsBox);
    m_detailsText->setObjectName(u"fleetDetailsText"_s);
    m_detailsText->setWordWrap(true);
    m_detailsText->setMinimumHeight(px(this, 3.3)); // three lines always, so that the table does not jump
    m_open = new QPushButton(tr("Compare  ⏎"), m_detailsBox);
    m_open->setObjectName(u"fleetCompare"_s);
    m_control = new QPushButton(tr("Control"), m_detailsBox);
    m_control->setObjectName(u"fleetControl"_s);
    m_fallBack = new QPushButton(m_detailsBox);
    m_fallBack->setObjectName(u"fleetFallBack"_s);
    line->addWidget(m_detailsState);
    line->addWidget(m_detailsText, 1);
    line->addWidget(m_open);
    line->addWidget(m_control);
    line->addWidget(m_fallBack);
    page->addWidget(m_detailsBox);
    connect(m_open, &QPushButton::clicked, this, [this] { Q_EMIT screenRequested(u"compare"_s); });
    connect(m_control, &QPushButton::clicked, this, [this] { Q_EMIT screenRequested(u"control"_s); });
    connect(m_fallBack, &QPushButton::clicked, this, [this] {
        if (const EndpointRow* row = current()) {
            ChangeRequest request;
            request.kind = modeChangeFrom(row->snapshot->generation.deployment.mode);
            request.endpoint = row->endpoint;
            Q_EMIT changeRequested(request);
        }
    });
}

const EndpointRow* FleetScreen::current() const {
    return m_model.rowAt(m_filter.mapToSource(m_table->currentIndex()));
}

void FleetScreen::refresh() {
    m_feed.refresh();
    m_history.refresh();
    m_model.refresh();
}

void FleetScreen::focusFilter() {
    m_field->setFocus(Qt::ShortcutFocusReason);
    m_field->selectAll();
}

bool FleetScreen::closeTopLayer() {
    if (m_field->text().isEmpty()) {
        return false;
    }
    m_field->clear();
    m_table->setFocus(Qt::ShortcutFocusReason);
    return true;
}

void FleetScreen::showSummary() {
    const bool removed = std::exchange(m_following, false);
    std::array<int, 5> counts{};
    int endpoints = 0;
    for (const EndpointRow& row : m_model.rows()) {
        ++counts[static_cast<std::size_t>(row.judgement.tone)];
        endpoints += row.isNode() ? 0 : 1;
    }
    const QString words[] = {tr("%1 to act on"), tr("%1 to watch"), tr("%1 stale"), tr("%1 unknown"), tr("%1 OK")};
    for (std::size_t i = 0; i < counts.size(); ++i) {
        const auto tone = static_cast<CellTone>(i);
        m_counts[static_cast<qsizetype>(i)]->setState(toneOfCell(tone), words[i].arg(counts[i]));
        m_counts[static_cast<qsizetype>(i)]->setVisible(counts[i] > 0);
    }
    const bool none = context().fleet.sessions().empty();
    if (none) {
        m_pane->setEmpty(u"connect"_s,
                         context().fleet.profiles().empty() ? tr("No node is known yet.") : tr("No node is connected."),
                         {tr("Connect to one"), [this] { Q_EMIT screenRequested(u"connect"_s); }});
    } else if (m_model.rows().empty()) {
        m_pane->setEmpty(
            u"fleet"_s,
            tr("The connected nodes serve no endpoint. Put a model into a node's repository to see it here."));
    } else if (m_filter.rowCount() == 0) {
        m_pane->setEmpty(u"search"_s, tr("The filter hides all %1 rows.").arg(m_model.rows().size()),
                         {tr("Clear the filter"), [this] { closeTopLayer(); }});
    } else {
        m_pane->setLive();
        if (!m_chosen || removed || !m_table->currentIndex().isValid()) {
            followSelection();
        }
    }
    showDetails();
}

// The row of the selection. As long as nobody chose and not every node has spoken, that is the worst endpoint.
void FleetScreen::followSelection() {
    const Selection& selection = context().selection;
    const auto endpointOf = [&](const std::string& profile) { // the worst; of any node when none is named
        return std::ranges::find_if(m_model.rows(), [&](const EndpointRow& row) {
            return !row.isNode() && (profile.empty() || row.profile == profile);
        });
    };
    const bool gone = std::ranges::none_of(m_model.rows(), [&](const EndpointRow& row) { // a node's row, or all of it
        return row.profile == selection.profile() && row.endpoint == selection.endpoint();
    });
    if (!m_chosen || selection.profile().empty() || (gone && selection.endpoint().value.empty())) {
        // Of a node that is still connected its own, which may be about to come.
        const bool connected = context().fleet.session(selection.profile()) != nullptr;
        const auto worst = m_chosen && connected ? endpointOf(selection.profile()) : endpointOf({});
        if (worst != m_model.rows().end()) {
            m_chosen = std::ranges::none_of(m_model.rows(),
                                            [](const EndpointRow& row) { return row.state == RowState::Loading; });
            m_following = true;
            context().selection.select(worst->profile, worst->endpoint);
            m_following = false;
        }
    }
    QModelIndex wanted; // nothing, when what is selected is not in the list
    for (int i = 0; i < m_filter.rowCount(); ++i) {
        const EndpointRow& row = m_model.rowAt(m_filter.mapToSource(m_filter.index(i, 0)).row());
        if (row.profile == selection.profile() && row.endpoint == selection.endpoint()) {
            wanted = m_filter.index(i, 0);
        }
    }
    if (m_table->currentIndex().row() != wanted.row()) {
        m_following = true;
        m_table->setCurrentIndex(wanted);
        m_following = false;
    }
    showDetails();
}

void FleetScreen::takeCurrent() {
    if (m_following) {
        return;
    }
    const EndpointRow* row = current();
    if (!m_chosen && row != nullptr && row->state == RowState::Loading) {
        return showDetails(); // a table makes a row current when it gets the focus; there is nothing to choose yet
    }
    m_chosen = true;
    if (row != nullptr) { // a whole node's too: no key must mean another object than the one that is lit
        context().selection.select(row->profile, row->endpoint);
    }
    showDetails();
}

void FleetScreen::showDetails() {
    const EndpointRow* row = m_pane->state() == StatePane::State::Empty ? nullptr : current();
    m_detailsBox->setVisible(row != nullptr);
    if (row == nullptr) {
        return;
    }
    const bool endpoint = !row->isNode();
    m_detailsState->setState(toneOfCell(row->judgement.tone),
                             endpoint ? QString::fromStdString(row->endpoint.value) : row->node);
    m_detailsText->setText(row->judgement.why);
    m_open->setEnabled(endpoint);
    m_control->setEnabled(endpoint);
    m_fallBack->setVisible(endpoint && !row->readOnly);
    const ChangeKind change = modeChangeFrom(row->snapshot->generation.deployment.mode);
    m_fallBack->setText(change == ChangeKind::Fallback ? tr("Fall back…  F8") : changeVerb(change) + u'…');
}

QList<KeyHelp> FleetScreen::keys() const {
    return {{tr("Up, Down"), tr("choose an endpoint; the worst is on top")},
            {tr("Return"), tr("compare its shadow with production")},
            {tr("F8"), tr("fall back the chosen endpoint (opens the sheet)")},
            {tr("Left, Right"), tr("on the changes: step through them; plus and minus change how far back it looks")}};
}

QByteArray FleetScreen::saveState() const {
    QByteArray state;
    QDataStream out(&state, QIODevice::WriteOnly);
    out << m_table->saveColumns() << m_field->text();
    return state;
}

void FleetScreen::restoreState(const QByteArray& state) {
    QByteArray columns;
    QString filter;
    QDataStream in(state);
    in >> columns >> filter;
    m_table->restoreColumns(columns);
    m_field->setText(filter);
}

ScreenEntry fleetScreen() {
    return {u"fleet"_s, FleetScreen::tr("Fleet"), u"fleet"_s, QKeySequence(Qt::ALT | Qt::Key_1),
            [](const ConsoleContext& context, QWidget* parent) { return new FleetScreen(context, parent); }};
}

} // namespace gnomon::ui
