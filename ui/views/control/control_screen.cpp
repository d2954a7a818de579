// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/control/control_screen.h"

#include "ui/bridge/node_session.h"
#include "ui/models/change_actions.h"
#include "ui/models/evidence_format.h"
#include "ui/models/failure.h"
#include "ui/models/format.h"
#include "ui/models/link_words.h"
#include "ui/models/severity.h"
#include "ui/views/control/action_list.h"
#include "ui/widgets/cell_delegate.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/state_badge.h"
#include "ui/widgets/state_pane.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QScrollArea>
#include <QVBoxLayout>

#include <utility>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

ControlScreen::ControlScreen(const ConsoleContext& context, QWidget* parent)
    : Screen(context, parent), m_history(HistoryFeed::of(context.fleet)) {
    build();
    connect(&m_history, &HistoryFeed::changed, this, &ControlScreen::showNow);
    connect(&context.selection, &Selection::changed, this, &ControlScreen::follow);
    connect(&context.fleet, &Fleet::sessionChanged, this, [this](const NodeSession* session) {
        if (session == this->context().session()) {
            showNow();
        }
    });
    connect(&context.fleet, &Fleet::sessionAdded, this, &ControlScreen::follow);
    connect(&context.fleet, &Fleet::sessionRemoved, this, &ControlScreen::follow);
    connect(&context.fleet, &Fleet::ticked, this, &ControlScreen::showNow);
    connect(&context.time, &TimeDisplay::changed, this, [this] {
        m_model.setZone(this->context().time.zone());
        showNow();
    });
    follow();
}

void ControlScreen::build() {
    const int large = px(this, theme::kDistances.large);
    const int medium = px(this, theme::kDistances.medium);
    auto* content = new QWidget(this);
    auto* page = new QHBoxLayout(content);
    page->setContentsMargins(large, large, large, large);
    page->setSpacing(large);

    auto* left = new QVBoxLayout;
    left->setSpacing(px(this, theme::kDistances.small));
    auto* head = new QHBoxLayout;
    head->setSpacing(medium);
    m_title = new TextLabel(TextStyle::Title, {}, content);
    m_title->setObjectName(u"controlEndpoint"_s);
    m_state = new StateBadge(content);
    m_state->setObjectName(u"controlState"_s);
    head->addWidget(m_title);
    head->addWidget(m_state);
    head->addStretch();
    m_inForce = new TextLabel(TextStyle::Body, {}, content);
    m_inForce->setObjectName(u"controlInForce"_s);
    m_inForce->setWordWrap(true);
    m_why = new TextLabel(TextStyle::Muted, {}, content);
    m_why->setObjectName(u"controlWhy"_s);
    m_why->setWordWrap(true);
    left->addLayout(head);
    left->addWidget(m_inForce);
    left->addWidget(m_why);
    left->addSpacing(medium);
    left->addWidget(new TextLabel(TextStyle::Heading, tr("History"), content));
    m_table = new DataTable(content);
    m_table->setObjectName(u"historyTable"_s);
    m_table->setAccessibleName(tr("History of the endpoint, newest first"));
    m_table->setModel(&m_model);
    m_table->setItemDelegate(new CellDelegate(m_table));
    const int widths[] = {3, 10, 12, 8, 29};
    for (int i = 0; i < GenerationModel::ReasonColumn; ++i) {
        m_table->setColumnWidth(i, px(this, widths[i]));
    }
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_details = new TextLabel(TextStyle::Muted, {}, content);
    m_details->setObjectName(u"historyDetails"_s);
    m_details->setWordWrap(true);
    m_details->setTextInteractionFlags(Qt::TextSelectableByMouse);
    left->addWidget(m_table, 1);
    left->addWidget(m_details);
    page->addLayout(left, 1);

    auto* right = new QWidget(content);
    right->setFixedWidth(px(this, 20));
    auto* side = new QVBoxLayout(right);
    side->setContentsMargins({});
    m_readOnly =
        new TextLabel(TextStyle::Muted, tr("This connection is read-only: nothing can be changed from here."), right);
    m_readOnly->setObjectName(u"controlReadOnly"_s);
    m_readOnly->setWordWrap(true);
    m_actions = new ActionList(right);
    m_actions->setObjectName(u"actionList"_s);
    auto* scroll = new QScrollArea(right);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->viewport()->setAutoFillBackground(false);
    m_actions->setAutoFillBackground(false);
    scroll->setWidget(m_actions);
    side->addWidget(m_readOnly);
    side->addWidget(scroll, 1);
    page->addWidget(right);

    setFocusProxy(m_table);
    m_pane = new StatePane(content, this);
    m_pane->setObjectName(u"controlPane"_s);
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins({});
    whole->addWidget(m_pane);
    connect(m_actions, &ActionList::chosen, this, &Screen::changeRequested);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &ControlScreen::showDetails);
}

const EndpointSnapshot* ControlScreen::snapshot() const {
    const NodeSession* session = context().session();
    return session != nullptr ? session->endpoint(context().selection.endpoint()) : nullptr;
}

void ControlScreen::follow() {
    const HistoryFeed::Key chosen(context().selection.profile(), context().selection.endpoint());
    if (m_shown.first != chosen.first) {
        m_principal.reset();
        m_principalAsked = false;
        m_principalCall = {};
    }
    if (m_shown != chosen || context().session() == nullptr) {
        m_shown = chosen;
        m_model.setGenerations({});
        m_pane->forgetContent();
    }
    showNow();
}

void ControlScreen::refresh() {
    m_principalAsked = false;
    m_history.refresh();
    showNow();
}

void ControlScreen::askWhoAmI(NodeSession& session) {
    if (session.freshness() != Freshness::Live) {
        m_principalAsked = false;
        return;
    }
    if (std::exchange(m_principalAsked, true)) {
        return;
    }
    m_principalCall = session.whoAmI([this](const Result<Principal>& result) {
        m_principal = result.ok() ? std::optional(*result) : std::nullopt;
        showNow();
    });
}

void ControlScreen::showHistory() {
    const std::vector<Generation>& history = m_history.find(m_shown.first, m_shown.second);
    const bool atTop = m_table->currentIndex().row() <= 0; // nothing was chosen, or what is in force
    if (m_model.generations() == history) {
        return;
    }
    m_model.setGenerations(history);
    if (atTop && m_model.rowCount() > 0) {
        m_table->setCurrentIndex(m_model.index(0, 0));
    }
}

std::vector<ChangeAction> ControlScreen::changes() const {
    const EndpointSnapshot* now = snapshot();
    if (now == nullptr) {
        return {};
    }
    return changeActions(*now, static_cast<std::size_t>(now->generation.number.value), m_principal);
}

void ControlScreen::showNow() {
    NodeSession* session = context().session();
    if (session == nullptr || m_shown.second.value.empty()) {
        m_pane->setEmpty(u"control"_s, tr("No endpoint is selected."),
                         {tr("Choose one in Fleet"), [this] { Q_EMIT screenRequested(u"fleet"_s); }});
        return;
    }
    askWhoAmI(*session);
    const LinkWords link = linkWords(*session, context().time.zone());
    const EndpointSnapshot* now = snapshot();
    if (now == nullptr) {
        if (session->latest() != nullptr) {
            m_pane->setEmpty(
                u"control"_s,
                tr("%1 has no endpoint called %2.").arg(session->name(), QString::fromStdString(m_shown.second.value)));
        } else if (link.tone == CellTone::Act && session->link().error) {
            m_pane->setError(
                failureOf(*session->link().error, tr("Nothing is known of this node. Other nodes are unaffected.")));
        } else {
            m_pane->setLoading(link.sentence);
        }
        return;
    }
    showHistory();
    const RowState rowState = rowStateOf(*session);
    const Judgement judgement = judge(*now, nullptr, m_model.generations(), rowState);
    m_title->setText(QString::fromStdString(now->settings.name.value));
    m_state->setState(toneOfCell(judgement.tone), judgement.word);
    m_inForce->setText(
        tr("Generation %1: %2.").arg(now->generation.number.value).arg(deploymentText(now->generation.deployment)));
    m_why->setText(judgement.why);
    const bool readOnly = session->profile().readOnly;
    m_readOnly->setVisible(readOnly);
    m_actions->setVisible(!readOnly);
    m_actions->setActions(changes());
    showDetails();
    const Error* error = m_history.error(m_shown.first, m_shown.second);
    if (rowState == RowState::Stale) {
        m_pane->setStale(link.sentence);
    } else if (error != nullptr) {
        m_pane->setError(failureOf(*error, tr("The history cannot be shown.")),
                         {tr("Try again"), [this] { refresh(); }});
    } else if (m_history.isLoading(m_shown.first, m_shown.second)) {
        m_pane->setLoading(tr("Loading the history of %1").arg(m_title->text()));
    } else {
        m_pane->setLive();
    }
}

// Also in the midst of a change of the table, so it touches nothing else.
void ControlScreen::showDetails() {
    const GenerationRow* row = m_model.rowAt(m_table->currentIndex());
    m_details->setText(row == nullptr ? QString() : detailsOf(row->generation));
}

QString ControlScreen::detailsOf(const Generation& g) const {
    QString text = tr("Generation %1, %2, by %3: %4.")
                       .arg(QString::number(g.number.value), stampText(g.time, context().time.zone()),
                            QString::fromStdString(printable(g.actor.identity)), deploymentText(g.deployment));
    if (!g.reason.empty()) {
        text += tr(" Reason: %1.").arg(QString::fromStdString(printable(g.reason, 400)));
    }
    return g.intent ? text + tr(" Audit record %1.").arg(g.intent->value) : text;
}

QList<KeyHelp> ControlScreen::keys() const {
    return {{tr("F8"), tr("fall back this endpoint (opens the sheet)")}, {tr("Up, Down"), tr("move in the history")}};
}

QByteArray ControlScreen::saveState() const {
    return m_table->saveColumns();
}

void ControlScreen::restoreState(const QByteArray& state) {
    m_table->restoreColumns(state);
}

ScreenEntry controlScreen() {
    return {u"control"_s, ControlScreen::tr("Control"), u"control"_s, QKeySequence(Qt::ALT | Qt::Key_3),
            [](const ConsoleContext& context, QWidget* parent) { return new ControlScreen(context, parent); }};
}

} // namespace gnomon::ui
