// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/compare/compare_screen.h"

#include "ui/bridge/node_session.h"
#include "ui/models/comparison_words.h"
#include "ui/models/evidence_format.h"
#include "ui/models/failure.h"
#include "ui/models/link_words.h"
#include "ui/models/shadow_words.h"
#include "ui/models/transition_model.h"
#include "ui/views/compare/compare_charts.h"
#include "ui/views/compare/compare_header.h"
#include "ui/views/compare/compare_sheets.h"
#include "ui/views/compare/matrix_view.h"
#include "ui/views/compare/pair_pane.h"
#include "ui/views/compare/request_pane.h"
#include "ui/views/compare/verdict_panel.h"
#include "ui/widgets/chart_deck.h"
#include "ui/widgets/chart_panel.h"
#include "ui/widgets/chart_view.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/overlay_layer.h"
#include "ui/widgets/state_pane.h"

#include <QKeyEvent>
#include <QScrollArea>

#include <algorithm>
#include <chrono>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr std::chrono::seconds kPollInterval{2};
constexpr int kPollsPerRequestRefresh = 5;

} // namespace

void CompareScreen::follow() {
    NodeSession* session = context().session();
    const EndpointName endpoint = context().selection.endpoint();
    m_header->showEndpoints();
    const bool same = session != nullptr && session == m_session && endpoint == m_endpoint;
    if (same && m_comparison) {
        showDeployment();
        showFreshness();
        return;
    }
    if (!same) {
        m_session = session;
        m_endpoint = endpoint;
        closeSheet(); // it speaks of what was selected before
        m_comparison.reset();
        m_background.follow(session, endpoint);
        m_verdict->setReadOnly(session == nullptr || session->profile().readOnly);
        m_request.cancel();
        m_pane->forgetContent();
        m_pair->clear();
        m_header->clear();
    }
    if (session == nullptr) {
        showNothing(tr("No node is connected."));
    } else if (endpoint.value.empty()) {
        const NodeUpdate* latest = session->latest();
        if (isVisible() && latest != nullptr && !latest->endpoints.empty()) {
            context().selection.select(session->profile().id, latest->endpoints.front().settings.name);
            return;
        }
        showNothing(tr("No endpoint is selected."));
    } else {
        fetch();
    }
}

void CompareScreen::followSession(NodeSession* session) {
    if (session == context().session()) {
        follow();
    }
}

void CompareScreen::fetch() {
    if (!isVisible() || m_session.isNull() || m_endpoint.value.empty() || m_request.pending()) {
        return;
    }
    if (!m_comparison) {
        m_pane->setLoading(tr("Loading the comparison of %1").arg(QString::fromStdString(m_endpoint.value)));
    }
    m_request = m_session->getComparison(m_endpoint, [this](const Result<Comparison>& answer) { take(answer); });
}

void CompareScreen::take(const Result<Comparison>& answer) {
    if (!answer.ok()) {
        showFailure(answer.error());
        return;
    }
    m_comparison = *answer;
    showComparison();
}

void CompareScreen::showComparison() {
    const Comparison& c = *m_comparison;
    const QTimeZone zone = context().time.zone();
    const EndpointSnapshot* endpoint = m_session.isNull() ? nullptr : m_session->endpoint(m_endpoint);
    m_header->showComparison(c, endpoint);
    showVerdict();
    m_agreement->setData(agreementChart(c, zone));
    m_latency->setData(latencyChart(c));
    m_scores->setData(scoreChart(c, endpoint != nullptr ? endpoint->settings.decision : DecisionRule{}));
    m_difference->setData(differenceChart(c, zone));
    m_transitions->setTransitions(c.transitions);
    m_flips->setText(flipText(c));
    m_requests->setZone(zone);
    m_pair->setZone(zone);
    m_requests->setSource(m_session, m_endpoint, c.experiment);
    showFreshness();
}

void CompareScreen::showVerdict() {
    if (!m_comparison) {
        return;
    }
    m_verdict->setComparison(*m_comparison, m_background.of(*m_comparison));
    showDeployment();
    const auto watched = m_watched.find({context().selection.profile(), m_endpoint});
    m_verdict->setWatching(watched != m_watched.end() && watched->second == call());
}

void CompareScreen::showDeployment() {
    const EndpointSnapshot* endpoint = m_session.isNull() ? nullptr : m_session->endpoint(m_endpoint);
    if (endpoint != nullptr) {
        m_verdict->setDeployment(*m_comparison, endpoint->generation.deployment);
    }
}

CompareScreen::Call CompareScreen::call() const {
    const Advice& advice = m_verdict->words().advice;
    return {m_comparison->experiment, m_comparison->verdict,
            advice.urgent() ? std::optional(advice.rollBack->version) : std::nullopt};
}

void CompareScreen::setWatching(bool watching) {
    const std::pair key(context().selection.profile(), m_endpoint);
    if (watching) {
        m_watched.insert_or_assign(key, call());
    } else {
        m_watched.erase(key);
    }
}

// A comparison on screen is live, or it says how old it is.
void CompareScreen::showFreshness() {
    if (!m_comparison || m_session.isNull()) {
        return;
    }
    const QTimeZone zone = context().time.zone();
    if (m_session->freshness() == Freshness::Live) {
        m_verdict->setStale({});
        m_requests->setStale({});
        m_pane->setLive();
        return;
    }
    const QString text = linkWords(*m_session, zone).sentence;
    m_verdict->setStale(clockText(m_comparison->asOf, zone));
    m_pane->setStale(text);
}

void CompareScreen::showFailure(const Error& error) {
    switch (error.code) {
    case ErrorCode::NotFound:
        m_comparison.reset();
        m_header->clear();
        showUncompared();
        return;
    case ErrorCode::PermissionDenied:
        m_comparison.reset();
        m_pane->setDenied(sentenceOf(error.message));
        return;
    case ErrorCode::Cancelled:
        return;
    case ErrorCode::InvalidArgument:
    case ErrorCode::AlreadyExists:
    case ErrorCode::FailedPrecondition:
    case ErrorCode::Unavailable:
    case ErrorCode::DeadlineExceeded:
    case ErrorCode::ResourceExhausted:
    case ErrorCode::Unauthenticated:
    case ErrorCode::Unimplemented:
    case ErrorCode::Corrupt:
    case ErrorCode::Internal:
        break;
    }
    if (m_comparison && m_session && m_session->freshness() != Freshness::Live) {
        showFreshness(); // that the node is away says more than the failed call
        return;
    }
    if (m_comparison) {
        m_verdict->setStale(clockText(m_comparison->asOf, context().time.zone()));
    }
    m_pane->setError(failureOf(error, tr("The comparison could not be read.")),
                     {tr("Try again"), [this] { refresh(); }});
}

void CompareScreen::showUncompared() {
    const EndpointSnapshot* endpoint = m_session.isNull() ? nullptr : m_session->endpoint(m_endpoint);
    const Deployment now = endpoint != nullptr ? endpoint->generation.deployment : Deployment{};
    m_pane->setEmpty(u"compare"_s, nothingComparedText(m_endpoint, now),
                     {now.shadows.empty() ? tr("Start a shadow…") : tr("Open Control"),
                      [this] { Q_EMIT screenRequested(u"control"_s); }});
}

void CompareScreen::showNothing(const QString& sentence) {
    m_pane->setEmpty(u"compare"_s, sentence, {tr("Open Fleet"), [this] { Q_EMIT screenRequested(u"fleet"_s); }});
}

void CompareScreen::showPair() {
    const Exchange* exchange = m_requests->current();
    if (exchange == nullptr) {
        m_pair->clear();
    } else {
        m_pair->showPair(m_session, exchange->id);
    }
}

void CompareScreen::drillBucket(double until) {
    for (const TimeBucket& bucket : m_comparison->buckets) {
        const auto [from, end] = bucketSpan(bucket);
        if (chartTime(end) == until) {
            m_requests->filterTime(from, end);
            return;
        }
    }
}

void CompareScreen::shadeTimeFilter() {
    const ExchangeFilter& filter = m_requests->filter();
    const auto span = filter.from && filter.until
                          ? std::optional(ChartSpan{chartTime(*filter.from), chartTime(*filter.until)})
                          : std::nullopt;
    m_agreement->view()->setSelection(span);
    m_difference->view()->setSelection(span);
}

void CompareScreen::poll() {
    if (!isVisible()) {
        m_poll.stop();
        return;
    }
    if (m_session.isNull() || m_session->freshness() != Freshness::Live) {
        return;
    }
    fetch();
    if (m_comparison && ++m_polls % kPollsPerRequestRefresh == 0) {
        m_requests->refreshQuietly();
    }
}

void CompareScreen::askWhy() {
    if (m_comparison) {
        OverlayLayer& layer = OverlayLayer::of(*this);
        openWhySheet(layer, *m_comparison);
        m_sheet = layer.card();
    }
}

void CompareScreen::closeSheet() {
    if (!m_sheet.isNull()) {
        OverlayLayer::of(*this).close();
    }
}

bool CompareScreen::mayChange() const {
    return m_comparison && !m_session.isNull() && !m_session->profile().readOnly;
}

void CompareScreen::askForChange(ChangeKind kind) {
    if (mayChange()) {
        ChangeRequest request;
        request.kind = kind;
        request.endpoint = m_endpoint;
        Q_EMIT changeRequested(request);
    }
}

void CompareScreen::askToStopShadow() {
    if (mayChange() && m_verdict->uncompared().stop) {
        ChangeRequest request;
        request.kind = ChangeKind::ShadowStop;
        request.endpoint = m_endpoint;
        request.version = m_verdict->uncompared().stop;
        Q_EMIT changeRequested(request);
    }
}

void CompareScreen::askForRollback() {
    const Advice& advice = m_verdict->words().advice;
    if (mayChange() && advice.urgent()) {
        ChangeRequest request;
        request.kind = ChangeKind::Rollback;
        request.endpoint = m_endpoint;
        request.toGeneration = advice.rollBack->newest;
        Q_EMIT changeRequested(request);
    }
}

void CompareScreen::askForExperiment() {
    if (mayChange()) {
        OverlayLayer& layer = OverlayLayer::of(*this);
        openExperimentSheet(layer, *m_comparison,
                            [this, session = m_session, endpoint = m_endpoint](const QString& reason) {
                                startExperiment(session, endpoint, reason);
                            });
        m_sheet = layer.card();
    }
}

void CompareScreen::startExperiment(NodeSession* session, const EndpointName& endpoint, const QString& reason) {
    const QString name = QString::fromStdString(endpoint.value);
    if (session == nullptr) {
        Q_EMIT messageRaised({Tone::Act,
                              tr("No new experiment was started on %1: its node is not connected any more.").arg(name),
                              {},
                              {}});
        return;
    }
    m_starting = session->startExperiment(
        endpoint, reason.toStdString(),
        [this, asked = QPointer(session), endpoint, name](const Result<Comparison>& started) {
            if (!started.ok()) {
                Q_EMIT messageRaised({Tone::Act,
                                      tr("No new experiment was started on %1: %2.")
                                          .arg(name, QString::fromStdString(started.error().message)),
                                      {},
                                      {}});
                return;
            }
            if (asked == m_session && endpoint == m_endpoint) {
                m_request.cancel(); // an answer of before must not bring the old experiment back
                take(started);
            }
            Q_EMIT messageRaised({Tone::Info, tr("A new experiment has started on %1.").arg(name), {}, {}});
        });
}

void CompareScreen::refresh() {
    m_request.cancel();
    m_background.refresh();
    fetch();
    if (m_comparison) {
        m_requests->refresh();
    }
}

void CompareScreen::focusFilter() {
    m_requests->setFocus(Qt::ShortcutFocusReason);
    reveal(m_requests);
}

void CompareScreen::focusPane(int number) {
    QWidget* const panes[] = {m_agreement, m_matrix, m_latency, m_scores, m_difference, m_requests, m_pair};
    QWidget* pane = panes[number - 1];
    if (number >= 3 && number <= 5) {
        m_deck->raisePane(pane);
    } else {
        pane->setFocus(Qt::ShortcutFocusReason);
    }
    reveal(pane);
}

void CompareScreen::showTop() {
    m_requests->showTop();
    reveal(m_requests);
}

// Whole, with the card around it, where the window is too low for all of them.
void CompareScreen::reveal(QWidget* pane) {
    m_scroll->ensureWidgetVisible(pane->parentWidget(), 0, 0);
}

void CompareScreen::keyPressEvent(QKeyEvent* event) {
    const int key = event->key();
    const bool plain = event->modifiers() == Qt::NoModifier || event->modifiers() == Qt::KeypadModifier;
    if (!m_comparison) {
        Screen::keyPressEvent(event);
    } else if (plain && key >= Qt::Key_1 && key <= Qt::Key_7) {
        focusPane(key - Qt::Key_0);
    } else if (plain && key == Qt::Key_Backspace) {
        if (m_pair->isAncestorOf(focusWidget())) {
            m_requests->setFocus(Qt::ShortcutFocusReason);
        } else if (!m_requests->removeLastFilter()) {
            event->ignore();
        }
    } else if (event->modifiers() == Qt::ShiftModifier && key == Qt::Key_F) {
        m_requests->clearFilters();
    } else {
        Screen::keyPressEvent(event);
    }
}

void CompareScreen::showEvent(QShowEvent* event) {
    Screen::showEvent(event);
    m_poll.start(kPollInterval);
    follow();
    fetch(); // what is shown may be of before it was hidden
}

QList<Command> CompareScreen::commands() {
    if (!m_comparison) {
        return {};
    }
    QList<Command> list{
        {tr("Show the most disagreeing requests"), u"F4"_s, [this] { showTop(); }},
        {tr("Explain the verdict"), {}, [this] { askWhy(); }},
    };
    if (mayChange() && m_verdict->words().advice.urgent()) {
        list.append({tr("Roll back %1 to %2…")
                         .arg(QString::fromStdString(m_endpoint.value),
                              versionText(m_verdict->words().advice.rollBack->version)),
                     tr("opens the sheet"), [this] { askForRollback(); }});
    }
    if (mayChange() && m_verdict->uncompared().stop) {
        list.append({tr("Stop shadow %1 of %2, to compare the next…")
                         .arg(versionText(*m_verdict->uncompared().stop), QString::fromStdString(m_endpoint.value)),
                     tr("opens the sheet"), [this] { askToStopShadow(); }});
    }
    if (mayChange()) {
        list.append({tr("Start a new experiment on %1…").arg(QString::fromStdString(m_endpoint.value)), {}, [this] {
                         askForExperiment();
                     }});
    }
    return list;
}

ScreenEntry compareScreen() {
    return {u"compare"_s, CompareScreen::tr("Compare"), u"compare"_s, QKeySequence(Qt::ALT | Qt::Key_2),
            [](const ConsoleContext& context, QWidget* parent) { return new CompareScreen(context, parent); }};
}

QList<KeyHelp> CompareScreen::keys() const {
    return {{u"1 … 7"_s, tr("Agreement, decisions, latency, scores, mean difference, requests, pair")},
            {u"← →"_s, tr("Move the cursor along a chart; with Shift select a stretch")},
            {u"Enter"_s, tr("Requests behind the bucket or the cell; on a request, its pair")},
            {u"Backspace"_s, tr("Take the newest filter off")},
            {u"Shift+F"_s, tr("Take all filters off")},
            {u"F4"_s, tr("Most disagreeing requests")},
            {u"Alt+T"_s, tr("Chart as a table")},
            {u"F8"_s, tr("Fall back…")}};
}

} // namespace gnomon::ui
