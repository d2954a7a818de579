// SPDX-License-Identifier: GPL-3.0-or-later
// How the parts of the comparison lie on the screen and speak to each other.
#include "ui/bridge/coalescer.h"
#include "ui/bridge/node_session.h"
#include "ui/models/transition_model.h"
#include "ui/views/compare/compare_charts.h"
#include "ui/views/compare/compare_header.h"
#include "ui/views/compare/compare_screen.h"
#include "ui/views/compare/compare_sheets.h"
#include "ui/views/compare/matrix_view.h"
#include "ui/views/compare/pair_pane.h"
#include "ui/views/compare/request_pane.h"
#include "ui/views/compare/verdict_panel.h"
#include "ui/widgets/card.h"
#include "ui/widgets/chart_deck.h"
#include "ui/widgets/chart_panel.h"
#include "ui/widgets/chart_view.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/state_pane.h"

#include <QHBoxLayout>
#include <QScrollArea>
#include <QShortcut>
#include <QSplitter>

#include <chrono>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr std::chrono::milliseconds kPairDelay{120}; // so that running down the list does not ask for every row

Card* cardAround(QWidget* content) {
    auto* card = new Card;
    content->setParent(card);
    card->add(content, 1);
    return card;
}

QSplitter* splitter(Qt::Orientation orientation, std::initializer_list<std::pair<QWidget*, int>> parts, int gap) {
    auto* split = new QSplitter(orientation);
    split->setHandleWidth(gap);
    split->setChildrenCollapsible(false);
    for (const auto& [part, stretch] : parts) {
        split->addWidget(part);
        split->setStretchFactor(split->count() - 1, stretch);
    }
    return split;
}

} // namespace

CompareScreen::CompareScreen(const ConsoleContext& context, QWidget* parent)
    : Screen(context, parent), m_header(new CompareHeader(context, this)), m_verdict(new VerdictPanel),
      m_agreement(new ChartPanel(u"agreementChart"_s, tr("Agreement over time"))),
      m_latency(new ChartPanel(u"latencyChart"_s, tr("Latency by percentile"))),
      m_scores(new ChartPanel(u"scoreChart"_s, tr("Scores"))),
      m_difference(new ChartPanel(u"differenceChart"_s, tr("Mean score difference"))), m_deck(new ChartDeck),
      m_transitions(new TransitionModel(this)), m_matrix(new MatrixView), m_flips(new TextLabel(TextStyle::Muted)),
      m_requests(new RequestPane), m_pair(new PairPane), m_pane(nullptr) {
    setObjectName(u"compareScreen"_s);
    m_pane = new StatePane(makeBody(), this);
    m_pane->setObjectName(u"compareState"_s);
    auto* column = new QVBoxLayout(this);
    const int medium = px(this, theme::kDistances.medium);
    column->setContentsMargins(medium, medium, medium, medium);
    column->setSpacing(medium);
    column->addWidget(m_header);
    column->addWidget(m_pane, 1);
    connectParts();
    follow();
}

Card* CompareScreen::makeMatrixCard() {
    auto* card = new Card;
    auto* line = card->addTitle(tr("Decisions"));
    line->addWidget(new TextLabel(TextStyle::Muted, tr("production ↓   shadow →")));
    line->addStretch();
    m_matrix->setModel(m_transitions);
    card->add(m_matrix, 1);
    m_flips->setObjectName(u"flipText"_s);
    m_flips->setWordWrap(true);
    card->add(m_flips);
    return card;
}

QWidget* CompareScreen::makeBody() {
    const int gap = px(this, theme::kDistances.medium);
    for (ChartPanel* panel : {m_latency, m_scores, m_difference}) {
        m_deck->add(cardAround(panel), panel->title());
    }
    auto* agreement = cardAround(m_agreement);
    auto* requests = cardAround(m_requests);
    auto* pair = cardAround(m_pair);
    for (Card* card : {requests, pair}) {
        card->setMinimumSize(px(this, 22), px(this, 17)); // of the list, eight requests and what stands over them
    }
    auto* top = splitter(Qt::Horizontal, {{agreement, 3}, {makeMatrixCard(), 2}}, gap);
    auto* bottom = splitter(Qt::Horizontal, {{requests, 3}, {pair, 2}}, gap);
    auto* rows = splitter(Qt::Vertical, {{top, 10}, {m_deck, 9}, {bottom, 12}}, gap);
    // On a small screen the panes keep their least height and scroll beneath the verdict.
    m_scroll = new QScrollArea;
    m_scroll->setObjectName(u"compareScroll"_s);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setFocusPolicy(Qt::NoFocus);
    m_scroll->setWidget(rows);
    auto* body = new QWidget;
    auto* column = new QVBoxLayout(body);
    column->setContentsMargins({});
    column->setSpacing(gap);
    column->addWidget(m_verdict);
    column->addWidget(m_scroll, 1);
    return body;
}

void CompareScreen::connectParts() {
    connect(&context().selection, &Selection::changed, this, &CompareScreen::follow);
    connect(&context().fleet, &Fleet::sessionChanged, this, &CompareScreen::followSession);
    auto* endpoints = new Coalescer(
        kFleetCadence,
        [this] {
            if (isVisible()) {
                m_header->showEndpoints();
            }
        },
        this);
    connect(&context().fleet, &Fleet::sessionChanged, endpoints, &Coalescer::ask);
    connect(&context().fleet, &Fleet::sessionRemoved, this, &CompareScreen::follow);
    connect(&context().fleet, &Fleet::nodeReplaced, this, [this](const NodeSession* session) {
        if (session == m_session) {
            m_session.clear();
            m_background.forget();
            follow();
        }
    });
    connect(&context().fleet, &Fleet::ticked, this, &CompareScreen::showFreshness);
    connect(&context().time, &TimeDisplay::changed, this, [this] {
        if (m_comparison) {
            showComparison();
        }
    });
    connect(&m_poll, &QTimer::timeout, this, &CompareScreen::poll);
    m_pairDelay.setSingleShot(true);
    connect(&m_pairDelay, &QTimer::timeout, this, &CompareScreen::showPair);

    connect(m_verdict, &VerdictPanel::whyRequested, this, &CompareScreen::askWhy);
    connect(m_verdict, &VerdictPanel::topRequestsRequested, this, &CompareScreen::showTop);
    connect(m_verdict, &VerdictPanel::newExperimentRequested, this, &CompareScreen::askForExperiment);
    connect(m_verdict, &VerdictPanel::changeRequested, this, &CompareScreen::askForChange);
    connect(m_verdict, &VerdictPanel::stopShadowRequested, this, &CompareScreen::askToStopShadow);
    connect(m_verdict, &VerdictPanel::rollBackRequested, this, &CompareScreen::askForRollback);
    connect(m_verdict, &VerdictPanel::watchingChanged, this, &CompareScreen::setWatching);
    connect(&m_background, &ComparisonBackground::changed, this, &CompareScreen::showVerdict);
    connect(m_matrix, &MatrixView::cellTaken, m_requests, &RequestPane::filterDecisions);
    for (ChartPanel* panel : {m_agreement, m_difference}) {
        connect(panel->view(), &ChartView::rangeSelected, m_requests,
                [this](double low, double high) { m_requests->filterTime(wallTime(low), wallTime(high)); });
        connect(panel->view(), &ChartView::rowActivated, this,
                [this, panel](int row) { drillBucket(panel->view()->content().rows.value(row).x); });
    }
    auto* top = new QShortcut(QKeySequence(Qt::Key_F4), this); // else a box of choices would open itself by it
    top->setContext(Qt::WidgetWithChildrenShortcut);
    top->setAutoRepeat(false);
    connect(top, &QShortcut::activated, this, [this] {
        if (m_comparison) {
            showTop();
        }
    });
    connect(m_requests, &RequestPane::timeFilterChanged, this, &CompareScreen::shadeTimeFilter);
    connect(m_requests, &RequestPane::currentChanged, this, [this] { m_pairDelay.start(kPairDelay); });
    connect(m_requests, &RequestPane::pairRequested, this, [this] {
        m_pairDelay.stop();
        showPair();
        m_pair->setFocus(Qt::OtherFocusReason);
    });
}

} // namespace gnomon::ui
