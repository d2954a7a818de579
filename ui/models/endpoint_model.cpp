// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/endpoint_model.h"

#include "ui/bridge/fleet.h"
#include "ui/bridge/node_session.h"
#include "ui/models/comparison_feed.h"
#include "ui/models/comparison_words.h"
#include "ui/models/evidence_format.h"
#include "ui/models/failure.h"
#include "ui/models/format.h"
#include "ui/models/history_feed.h"
#include "ui/models/link_words.h"

#include <cmath>
#include <limits>
#include <tuple>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

bool worseFirst(const EndpointRow& a, const EndpointRow& b) {
    return std::tie(a.judgement.rank, a.environment, a.endpoint.value, a.node, a.profile) <
           std::tie(b.judgement.rank, b.environment, b.endpoint.value, b.node, b.profile);
}

double at99(const std::vector<LatencyPoint>& points) {
    for (const LatencyPoint& point : points) {
        if (std::abs(point.quantile - 0.99) < 1e-6) {
            return point.seconds;
        }
    }
    return 0;
}

bool hasAgreement(const EndpointRow& row) {
    return row.comparison && row.comparison->coverage.matched > 0 && !row.comparison->noDecisions;
}

QString agreementText(const EndpointRow& row) {
    if (!hasAgreement(row)) {
        return row.comparison && row.comparison->coverage.matched > 0 ? noDecisionsText() : dash();
    }
    const Comparison& c = *row.comparison;
    return u"%1 (%2–%3)"_s.arg(shareText(c.agreement), shareNumber(c.agreementInterval.low),
                               shareNumber(c.agreementInterval.high));
}

// What a cell means, where its width does not hold it: here the share is of what callers asked, the interval of what a
// verdict counts.
std::optional<QString> longForm(const EndpointRow& row, int column) {
    if (column != EndpointModel::AgreementColumn || !hasAgreement(row)) {
        return std::nullopt;
    }
    const Comparison& c = *row.comparison;
    return EndpointModel::tr("Both versions decide alike in %1 of requests (%2 to %3 of distinct ones).")
        .arg(shareText(c.agreement), roughShareText(c.agreementInterval.low), roughShareText(c.agreementInterval.high));
}

// The newest points of agreement per bucket; absent where a bucket had no pairs.
QVariant agreementPoints(const EndpointRow& row) {
    if (!row.comparison || row.comparison->noDecisions || row.comparison->buckets.size() < 2) {
        return {};
    }
    constexpr std::size_t kMost = 60;
    const auto& buckets = row.comparison->buckets;
    QList<double> points;
    for (std::size_t i = buckets.size() > kMost ? buckets.size() - kMost : 0; i < buckets.size(); ++i) {
        if (i + 1 == buckets.size() && buckets[i].start + buckets[i].length > row.comparison->asOf) {
            break; // it has only begun
        }
        points.append(buckets[i].coverage.matched == 0 ? std::numeric_limits<double>::quiet_NaN()
                                                       : static_cast<double>(buckets[i].agreeing) /
                                                             static_cast<double>(buckets[i].coverage.matched));
    }
    return QVariant::fromValue(points);
}

QString latencyCell(const EndpointRow& row) {
    if (row.snapshot->p99Seconds <= 0) {
        return dash();
    }
    QString text = latencyText(row.snapshot->p99Seconds);
    if (row.comparison) {
        const double production = at99(row.comparison->productionLatency);
        const double shadow = at99(row.comparison->shadowLatency);
        if (production > 0 && shadow > 0) {
            text += u"  "_s + timesText(shadow / production);
        }
    }
    return text;
}

} // namespace

const std::shared_ptr<const EndpointSnapshot>& EndpointRow::nothing() {
    static const auto kNothing = std::make_shared<const EndpointSnapshot>();
    return kNothing;
}

EndpointModel::EndpointModel(const Fleet& fleet, const ComparisonFeed& feed, const HistoryFeed& history,
                             QObject* parent)
    : LiveTable(parent), m_fleet(fleet), m_feed(feed), m_history(history),
      m_soon(kFleetCadence, [this] { refresh(); }) {
    connect(&fleet, &Fleet::sessionChanged, &m_soon, &Coalescer::ask);
    connect(&fleet, &Fleet::sessionAdded, &m_soon, &Coalescer::ask);
    connect(&fleet, &Fleet::sessionRemoved, this, [this] {
        m_judged.clear();
        refresh();
    });
    connect(&fleet, &Fleet::ticked, this, &EndpointModel::refresh); // once a second: what went stale says so
    connect(&feed, &ComparisonFeed::changed, &m_soon, &Coalescer::ask);
    connect(&history, &HistoryFeed::changed, &m_soon, [this] {
        m_judged.clear();
        m_soon.ask();
    });
    refresh();
}

void EndpointModel::refresh() {
    std::vector<EndpointRow> rows;
    for (const NodeSession* session : m_fleet.sessions()) {
        collect(*session, rows);
    }
    std::ranges::sort(rows, worseFirst);
    setRows(std::move(rows), [](const EndpointRow& row) { return std::pair(row.profile, row.endpoint); });
    Q_EMIT refreshed();
}

void EndpointModel::collect(const NodeSession& session, std::vector<EndpointRow>& rows) {
    EndpointRow row;
    row.profile = session.profile().id;
    row.node = session.name();
    row.environment = session.profile().environment;
    row.readOnly = session.profile().readOnly;
    row.state = rowStateOf(session);
    row.age = session.age() ? durationText(*session.age()) : QString();
    if (session.latest() == nullptr) {
        const LinkWords words = linkWords(session, QTimeZone::utc());
        row.judgement = {words.tone, words.word, words.sentence, words.tone == CellTone::Act ? 0 : 2};
        rows.push_back(row);
        return;
    }
    if (!session.latest()->alarms.empty()) {
        EndpointRow alarm = row;
        alarm.judgement = {CellTone::Act, tr("Alarm"), sentenceOf(session.latest()->alarms.front()), 0};
        rows.push_back(std::move(alarm));
    }
    std::vector<Judged>& judged = m_judged[row.profile];
    judged.resize(session.latest()->endpoints.size());
    auto before = judged.begin();
    for (const EndpointSnapshot& snapshot : session.latest()->endpoints) {
        EndpointRow& made = rows.emplace_back(row);
        made.endpoint = snapshot.settings.name;
        made.snapshot = {session.sharedLatest(), &snapshot};
        if (!snapshot.generation.deployment.shadows.empty()) {
            made.comparison = m_feed.find(row.profile, made.endpoint);
            if (made.comparison == nullptr && snapshot.comparison) {
                made.comparison = {session.sharedLatest(), &*snapshot.comparison};
            }
        }
        made.judgement = judgementOf(made, *before++);
    }
}

const Judgement& EndpointModel::judgementOf(const EndpointRow& row, Judged& before) const {
    if (before.snapshot != row.snapshot || before.comparison != row.comparison || before.state != row.state) {
        before = {row.snapshot, row.comparison, row.state,
                  judge(*row.snapshot, row.comparison.get(), m_history.find(row.profile, row.endpoint), row.state)};
    }
    return before.judgement;
}

QVariant EndpointModel::heading(int column) const {
    switch (static_cast<Column>(column)) {
    case StateColumn:
        return tr("State");
    case EndpointColumn:
        return tr("Endpoint");
    case NodeColumn:
        return tr("Node");
    case ModeColumn:
        return tr("Answers");
    case ShadowColumn:
        return tr("Shadow");
    case AgreementColumn:
        return tr("Agreement");
    case LatencyColumn:
        return tr("p99, shadow/prod");
    case RateColumn:
        return tr("Requests");
    case SubstitutedColumn:
        return tr("Substituted");
    case AgeColumn:
        return tr("Age");
    case ColumnCount:
        break;
    }
    return {};
}

Qt::Alignment EndpointModel::align(int column) const {
    const bool number =
        column == LatencyColumn || column == RateColumn || column == SubstitutedColumn || column == AgeColumn;
    return number ? Qt::AlignRight : Qt::AlignLeft;
}

QVariant EndpointModel::cell(const EndpointRow& row, int column, int role) const {
    if (role == Qt::TextAlignmentRole) {
        return alignment(column);
    }
    if (role == StateRole) {
        return QVariant::fromValue(row.state);
    }
    if (role == ToneRole) {
        return column == StateColumn ? QVariant::fromValue(row.judgement.tone) : QVariant();
    }
    if (role == PointsRole) {
        return column == AgreementColumn ? agreementPoints(row) : QVariant();
    }
    if (role == MutedRole) {
        return column == NodeColumn || column == AgeColumn || (column != EndpointColumn && row.judgement.rank == 4);
    }
    if (role == Qt::ToolTipRole) {
        return longForm(row, column).value_or(row.judgement.why);
    }
    if (role == Qt::AccessibleTextRole) {
        return QString(heading(column).toString() + u": "_s +
                       longForm(row, column).value_or(cell(row, column, Qt::DisplayRole).toString()));
    }
    if (role != Qt::DisplayRole && role != SortRole) {
        return {};
    }
    const Deployment& deployment = row.snapshot->generation.deployment;
    const bool raw = role == SortRole;
    switch (static_cast<Column>(column)) {
    case StateColumn:
        return raw ? QVariant(row.judgement.rank) : QVariant(row.judgement.word);
    case EndpointColumn:
        return row.isNode() ? tr("(whole node)") : QString::fromStdString(row.endpoint.value);
    case NodeColumn:
        return row.node;
    case ModeColumn:
        return row.isNode()                          ? dash()
               : deployment.mode == Mode::Production ? versionText(deployment.production)
                                                     : modeWord(deployment.mode);
    case ShadowColumn:
        return row.isNode() ? dash() : shadowsText(deployment);
    case AgreementColumn:
        return raw ? QVariant(hasAgreement(row) ? row.comparison->agreement : 2.0) : QVariant(agreementText(row));
    case LatencyColumn:
        return raw ? QVariant(row.snapshot->p99Seconds) : QVariant(row.isNode() ? dash() : latencyCell(row));
    case RateColumn:
        return raw ? QVariant(row.snapshot->requestsPerSecond)
                   : QVariant(row.isNode() ? dash() : rateText(row.snapshot->requestsPerSecond));
    case SubstitutedColumn:
        return raw ? QVariant(row.snapshot->substitutionShare)
                   : QVariant(row.isNode() || row.snapshot->requests == 0 ? dash()
                                                                          : shareText(row.snapshot->substitutionShare));
    case AgeColumn:
        return row.age.isEmpty() ? dash() : row.age;
    case ColumnCount:
        break;
    }
    return {};
}

} // namespace gnomon::ui
