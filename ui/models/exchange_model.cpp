// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/exchange_model.h"

#include "ui/models/evidence_format.h"
#include "ui/models/exchange_words.h"

namespace gnomon::ui {

using namespace Qt::StringLiterals;

void ExchangeModel::setQuery(NodeSession* session, const ExchangeFilter& filter) {
    if (session != m_session || !(filter.endpoint == m_filter.endpoint)) {
        beginResetModel();
        m_rows.clear();
        endResetModel();
    }
    m_session = session;
    m_filter = filter;
    m_nextPage.clear();
    refresh();
}

void ExchangeModel::refresh() {
    if (m_session.isNull() || m_filter.endpoint.value.empty()) {
        m_request.cancel();
        setLoad(Load::Idle);
        return;
    }
    setLoad(Load::Loading);
    m_filter.pageToken.clear();
    m_request = m_session->listExchanges(m_filter, [this](const Result<ExchangePage>& page) {
        if (!page.ok()) {
            setLoad(Load::Failed, page.error());
            return;
        }
        m_nextPage = page->nextPageToken;
        merge(m_rows, page->exchanges, [](const Exchange& exchange) { return exchange.id; });
        setLoad(Load::Ready);
    });
}

void ExchangeModel::requestMore() {
    ExchangeFilter next = m_filter;
    next.pageToken = m_nextPage;
    m_request = m_session->listExchanges(next, [this](const Result<ExchangePage>& page) {
        if (!page.ok()) {
            setLoad(Load::Failed, page.error());
            return;
        }
        m_nextPage = page->nextPageToken;
        append(m_rows, page->exchanges);
        setLoad(Load::Ready);
    });
}

const Exchange* ExchangeModel::at(int row) const {
    return row >= 0 && row < rowCount() ? &m_rows[static_cast<std::size_t>(row)] : nullptr;
}

int ExchangeModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int ExchangeModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QString ExchangeModel::text(const Exchange& e, int column) const {
    const Leg* production = productionLeg(e);
    const Leg* shadow = shadowLeg(e);
    const auto score = [](const Leg* leg) { return leg && leg->score ? scoreText(*leg->score) : u"–"_s; };
    switch (static_cast<Column>(column)) {
    case TimeColumn:
        return clockTextBare(e.time, zone());
    case RequestColumn:
        return QString::fromStdString(e.requestId.empty() ? e.id.value.substr(0, 12) : e.requestId);
    case ProductionColumn:
        return decisionText(production);
    case ProductionScoreColumn:
        return score(production);
    case ShadowColumn:
        return decisionText(shadow);
    case ShadowScoreColumn:
        return score(shadow);
    case GapColumn: {
        const std::optional<double> gap = scoreGap(e);
        return gap ? scoreText(*gap) : u"–"_s;
    }
    case ServedByColumn:
        return e.reason.empty() ? QString::fromStdString(e.servedBy)
                                : QString::fromStdString(e.servedBy + " (" + e.reason + ")");
    case CallerColumn:
        return callerText(e.caller);
    case ColumnCount:
        break;
    }
    return {};
}

QVariant ExchangeModel::raw(const Exchange& e, int column) {
    const Leg* production = productionLeg(e);
    const Leg* shadow = shadowLeg(e);
    const auto score = [](const Leg* leg) { return leg && leg->score ? QVariant(*leg->score) : QVariant(); };
    switch (static_cast<Column>(column)) {
    case TimeColumn:
        return static_cast<qint64>(e.time.time_since_epoch().count());
    case ProductionScoreColumn:
        return score(production);
    case ShadowScoreColumn:
        return score(shadow);
    case GapColumn: {
        const std::optional<double> gap = scoreGap(e);
        return gap ? QVariant(*gap) : QVariant();
    }
    case RequestColumn:
    case ProductionColumn:
    case ShadowColumn:
    case ServedByColumn:
    case CallerColumn:
    case ColumnCount:
        break;
    }
    return {};
}

QVariant ExchangeModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) {
        return {};
    }
    const Exchange& e = m_rows[static_cast<std::size_t>(index.row())];
    const int column = index.column();
    switch (role) {
    case Qt::DisplayRole:
        return text(e, column);
    case Qt::ToolTipRole:
        return column == TimeColumn     ? stampText(e.time, zone())
               : column == CallerColumn ? QString::fromStdString(e.caller)
                                        : text(e, column);
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(Qt::Alignment(Qt::AlignLeft | Qt::AlignVCenter));
    case SortRole: {
        const QVariant value = raw(e, column);
        return value.isValid() ? value : QVariant(text(e, column));
    }
    case ToneRole:
        return column == ShadowColumn && decisionsDiffer(e) ? QVariant::fromValue(CellTone::Act) : QVariant();
    case MutedRole:
        return column == TimeColumn || column == CallerColumn || column == ServedByColumn;
    case Qt::AccessibleTextRole:
        return column == ShadowColumn && decisionsDiffer(e) ? tr("%1, differs").arg(text(e, column)) : text(e, column);
    case DiffersRole:
        return decisionsDiffer(e);
    case IdRole:
        return QString::fromStdString(e.id.value);
    default:
        return {};
    }
}

QVariant ExchangeModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount) {
        return {};
    }
    if (role == Qt::TextAlignmentRole) {
        return QVariant::fromValue(Qt::Alignment(Qt::AlignLeft | Qt::AlignVCenter));
    }
    if (role != Qt::DisplayRole) {
        return {};
    }
    switch (static_cast<Column>(section)) {
    case TimeColumn:
        return zone() == QTimeZone::utc() ? tr("Time (UTC)") : tr("Time");
    case RequestColumn:
        return tr("Request");
    case ProductionColumn:
        return tr("Production");
    case ProductionScoreColumn:
        return tr("Score");
    case ShadowColumn:
        return tr("Shadow");
    case ShadowScoreColumn:
        return tr("Score");
    case GapColumn:
        return tr("Gap");
    case ServedByColumn:
        return tr("Served by");
    case CallerColumn:
        return tr("Caller");
    case ColumnCount:
        break;
    }
    return {};
}

} // namespace gnomon::ui
