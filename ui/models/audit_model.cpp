// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/audit_model.h"

#include "ui/models/audit_words.h"
#include "ui/models/evidence_format.h"
#include "ui/models/format.h"

#include <algorithm>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

AuditModel::AuditModel(QObject* parent) : EvidenceTable(parent) {
    connect(&m_checker, &AuditChecker::checked, this, [this](quint64 seq) {
        const int row = rowOf(Seq(seq));
        if (row >= 0) {
            Q_EMIT dataChanged(index(row, ProofColumn), index(row, ProofColumn));
        }
    });
}

void AuditModel::setQuery(NodeSession* session, LogWitness* witness, const AuditFilter& filter) {
    if (session != m_session) {
        beginResetModel();
        m_rows.clear();
        m_checker.setSource(session, witness);
        endResetModel();
    }
    m_session = session;
    m_filter = filter;
    m_next.reset();
    refresh();
}

void AuditModel::refresh() {
    if (m_session.isNull()) {
        m_request.cancel();
        setLoad(Load::Idle);
        return;
    }
    setLoad(Load::Loading);
    m_request = m_session->searchAudit(m_filter, [this](const Result<AuditPage>& page) {
        if (!page.ok()) {
            setLoad(Load::Failed, page.error());
            return;
        }
        take(*page);
        merge(m_rows, page->records, [](const StoredRecord& stored) { return stored.record.seq; });
        setLoad(Load::Ready);
    });
}

void AuditModel::requestMore() {
    AuditFilter next = m_filter;
    next.before = m_next;
    m_request = m_session->searchAudit(next, [this](const Result<AuditPage>& page) {
        if (!page.ok()) {
            setLoad(Load::Failed, page.error());
            return;
        }
        take(*page);
        append(m_rows, page->records);
        setLoad(Load::Ready);
    });
}

void AuditModel::take(const AuditPage& page) {
    m_next = page.next;
    m_logSize = page.logSize;
    m_matching = page.matching;
    m_atLeast = page.atLeast;
}

const StoredRecord* AuditModel::at(int row) const {
    return row >= 0 && row < rowCount() ? &m_rows[static_cast<std::size_t>(row)] : nullptr;
}

int AuditModel::rowOf(Seq seq) const {
    const auto found = std::lower_bound(m_rows.begin(), m_rows.end(), seq,
                                        [](const StoredRecord& row, Seq wanted) { return wanted < row.record.seq; });
    return found != m_rows.end() && found->record.seq == seq ? static_cast<int>(found - m_rows.begin()) : -1;
}

Finding AuditModel::finding(Seq seq) const {
    const RecordProof* proof = m_checker.find(seq);
    return proof == nullptr ? Finding::NotChecked : proof->finding;
}

void AuditModel::prove(int first, int last) {
    for (int row = std::max(0, first); row <= last && row < rowCount(); ++row) {
        m_checker.want(m_rows[static_cast<std::size_t>(row)]);
    }
}

int AuditModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int AuditModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QString AuditModel::text(const StoredRecord& stored, int column) const {
    const AuditRecord& record = stored.record;
    switch (static_cast<Column>(column)) {
    case ProofColumn:
        return findingShape(finding(record.seq));
    case SeqColumn:
        return QString::number(record.seq.value);
    case TimeColumn:
        return stampText(record.time, zone()).left(19); // the heading names the zone
    case WhoColumn:
        return actorText(record.actor);
    case WhatColumn:
        return actionText(record);
    case ObjectColumn:
        return objectText(record);
    case ChangeColumn:
        return changeText(stored);
    case ReasonColumn:
        return QString::fromStdString(record.reason);
    case ResultColumn:
        return resultText(record);
    case ColumnCount:
        break;
    }
    return {};
}

QVariant AuditModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) {
        return {};
    }
    const StoredRecord& stored = m_rows[static_cast<std::size_t>(index.row())];
    const AuditRecord& record = stored.record;
    const int column = index.column();
    switch (role) {
    case Qt::DisplayRole:
        return text(stored, column);
    case Qt::AccessibleTextRole:
    case Qt::ToolTipRole:
        if (column == ProofColumn) {
            const RecordProof* proof = m_checker.find(record.seq);
            const QString word = findingWord(finding(record.seq));
            return proof == nullptr || proof->why.isEmpty() ? word : QString(word + u": "_s + proof->why);
        }
        return text(stored, column);
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(Qt::Alignment(column == SeqColumn     ? Qt::AlignRight
                                                 : column == ProofColumn ? Qt::AlignHCenter
                                                                         : Qt::AlignLeft) |
                                   Qt::AlignVCenter);
    case SortRole:
        return column == SeqColumn || column == TimeColumn ? QVariant(static_cast<quint64>(record.seq.value))
                                                           : QVariant(text(stored, column));
    case SeqRole:
        return static_cast<quint64>(record.seq.value);
    case FindingRole:
        return column == ProofColumn ? QVariant(static_cast<int>(finding(record.seq))) : QVariant();
    case MutedRole:
        return column == SeqColumn || column == TimeColumn || (column == WhoColumn && isMachine(record.actor));
    case ToneRole:
        if (column == ResultColumn && record.result == "failed") {
            return QVariant::fromValue(CellTone::Act);
        }
        return column == ResultColumn && record.result == "denied" ? QVariant::fromValue(CellTone::Watch) : QVariant();
    default:
        return {};
    }
}

QVariant AuditModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount) {
        return {};
    }
    if (role == Qt::TextAlignmentRole) {
        return QVariant::fromValue(Qt::Alignment(section == SeqColumn ? Qt::AlignRight : Qt::AlignLeft) |
                                   Qt::AlignVCenter);
    }
    if (role == Qt::ToolTipRole && section == ProofColumn) {
        return tr("Whether the record was proved in this console");
    }
    if (role != Qt::DisplayRole) {
        return {};
    }
    switch (static_cast<Column>(section)) {
    case ProofColumn:
        return tr("Proof");
    case SeqColumn:
        return tr("No.");
    case TimeColumn:
        return zone() == QTimeZone::utc() ? tr("When (UTC)") : tr("When");
    case WhoColumn:
        return tr("Who");
    case WhatColumn:
        return tr("What");
    case ObjectColumn:
        return tr("Object");
    case ChangeColumn:
        return tr("Change");
    case ReasonColumn:
        return tr("Reason");
    case ResultColumn:
        return tr("Result");
    case ColumnCount:
        break;
    }
    return {};
}

} // namespace gnomon::ui
