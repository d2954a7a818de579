// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/compare/compare_header.h"

#include "ui/bridge/node_session.h"
#include "ui/models/comparison_words.h"
#include "ui/models/evidence_format.h"
#include "ui/widgets/chart_legend.h"
#include "ui/widgets/fact_bar.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QSignalBlocker>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

// What a choice of the list stands for.
QStringList choiceOf(const std::string& profile, const EndpointName& endpoint) {
    return {QString::fromStdString(profile), QString::fromStdString(endpoint.value)};
}

} // namespace

CompareHeader::CompareHeader(const ConsoleContext& context, QWidget* parent)
    : QWidget(parent), m_context(context), m_endpoint(new QComboBox(this)), m_versions(new ChartLegend(this)),
      m_facts(new FactBar(this)) {
    m_endpoint->setObjectName(u"compareEndpoint"_s);
    m_endpoint->setAccessibleName(tr("Endpoint to compare"));
    m_endpoint->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_versions->setObjectName(u"compareVersions"_s);
    m_versions->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    m_facts->setObjectName(u"compareFacts"_s);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins({});
    row->setSpacing(px(this, theme::kDistances.large));
    row->addWidget(m_endpoint);
    row->addWidget(m_versions);
    row->addWidget(m_facts, 1);
    connect(m_endpoint, &QComboBox::activated, this, [this](int index) {
        const QStringList choice = m_endpoint->itemData(index).toStringList();
        m_context.selection.select(choice.value(0).toStdString(), EndpointName(choice.value(1).toStdString()));
    });
}

void CompareHeader::showEndpoints() {
    QList<QPair<QString, QStringList>> wanted;
    const auto sessions = m_context.fleet.sessions();
    for (const NodeSession* session : sessions) {
        if (session->latest() == nullptr) {
            continue;
        }
        for (const EndpointSnapshot& endpoint : session->latest()->endpoints) {
            const QString name = QString::fromStdString(endpoint.settings.name.value);
            wanted.append({sessions.size() > 1 ? QString(name + u"  ·  "_s + session->name()) : name,
                           choiceOf(session->profile().id, endpoint.settings.name)});
        }
    }
    bool same = wanted.size() == m_endpoint->count();
    for (int i = 0; same && i < wanted.size(); ++i) {
        same = m_endpoint->itemText(i) == wanted[i].first && m_endpoint->itemData(i) == QVariant(wanted[i].second);
    }
    const QSignalBlocker quiet(m_endpoint);
    if (!same) {
        m_endpoint->clear();
        for (const auto& [text, choice] : std::as_const(wanted)) {
            m_endpoint->addItem(text, choice);
        }
    }
    m_endpoint->setCurrentIndex(
        m_endpoint->findData(choiceOf(m_context.selection.profile(), m_context.selection.endpoint())));
    m_endpoint->setEnabled(m_endpoint->count() > 0);
}

void CompareHeader::showComparison(const Comparison& c, const EndpointSnapshot* endpoint) {
    ChartData legend;
    legend.lines = {
        {tr("production %1").arg(versionText(c.production)), ChartRole::Reference, ChartStroke::Solid, {}, false},
        {tr("shadow %1").arg(versionText(c.shadow)), ChartRole::Candidate, ChartStroke::Dashed, {}, false}};
    m_versions->setData(legend);
    const std::optional<double> covered = coverageShare(c.coverage);
    const QString losses = coverageLosses(c.coverage);
    QList<Fact> facts{
        {tr("Pairs"), countText(c.coverage.matched),
         tr("Requests that both versions answered; %1 distinct ones").arg(countText(c.clusters))},
        {tr("Coverage"), covered ? shareText(*covered) : u"–"_s,
         losses.isEmpty() ? tr("Every mirrored request has a pair")
                          : tr("Mirrored requests without a pair: %1").arg(losses)},
        {tr("Margin"), roundShareText(c.margin), tr("The share of differing decisions that is tolerated")}};
    for (const ShadowSpec& shadow :
         endpoint != nullptr ? endpoint->generation.deployment.shadows : std::vector<ShadowSpec>()) {
        if (shadow.version == c.shadow) {
            facts.append({tr("Mirrored"), QString::number(shadow.mirrorPercent) + u" %"_s, {}});
        }
    }
    facts.append({tr("Since"), stampText(c.started, m_context.time.zone()), {}});
    if (c.stopped) {
        facts.append({tr("Ended"), stampText(*c.stopped, m_context.time.zone()), {}});
    }
    m_facts->setFacts(facts);
}

void CompareHeader::clear() {
    m_versions->setData({});
    m_facts->setFacts({});
}

} // namespace gnomon::ui
