// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/audit_detail_model.h"

#include "ui/models/audit_words.h"
#include "ui/models/evidence_format.h"
#include "ui/models/format.h"

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

// What a peer wrote is shown, never trusted.
QString shown(const std::string& text) {
    return QString::fromStdString(printable(text, 400));
}

QString hex(const Digest& digest) {
    return digest.isZero() ? QString() : QString::fromStdString(toHex(digest));
}

} // namespace

void AuditDetailModel::setRecord(const StoredRecord& stored, const RecordProof* proof, const QTimeZone& zone) {
    beginResetModel();
    m_rows.clear();
    addChanges(stored);
    addFacts(stored, zone);
    if (proof != nullptr && proof->proven) {
        addProof(stored, *proof);
    }
    endResetModel();
}

void AuditDetailModel::clear() {
    beginResetModel();
    m_rows.clear();
    endResetModel();
}

void AuditDetailModel::heading(const QString& text) {
    m_rows.append({text, {}, {}, true, false});
}

void AuditDetailModel::fact(const QString& field, const QString& value) {
    if (!value.isEmpty()) {
        m_rows.append({field, value, {}, false, true});
    }
}

void AuditDetailModel::addChanges(const StoredRecord& stored) {
    const bool erased = !stored.payload && !stored.record.payload.isZero();
    if (erased) {
        heading(tr("Details"));
        fact(tr("erased"), tr("the details were erased; the record still proves that there were some"));
    }
    if (!stored.payload) {
        return;
    }
    if (!stored.payload->changes.empty()) {
        heading(tr("Change"));
    }
    for (const FieldChange& change : stored.payload->changes) {
        m_rows.append({shown(change.field), shown(change.before), shown(change.after), false, false});
    }
    if (!stored.payload->facts.empty()) {
        heading(tr("Details"));
    }
    for (const auto& [name, value] : stored.payload->facts) {
        fact(shown(name), shown(value));
    }
}

void AuditDetailModel::addFacts(const StoredRecord& stored, const QTimeZone& zone) {
    const AuditRecord& r = stored.record;
    heading(tr("Who and why"));
    fact(tr("who"), actorText(r.actor));
    fact(tr("identity"), shown(r.actor.identity));
    fact(tr("signed in by"), shown(r.actor.authMethod));
    fact(tr("certificate"), hex(r.actor.certificate));
    fact(tr("from"), shown(r.sourceAddress));
    fact(tr("with"), shown(r.sourceClient));
    fact(tr("reason"), shown(r.reason));
    heading(tr("What"));
    fact(tr("kind"), QString::fromUtf8(recordKindName(r.kind)));
    fact(tr("action"), shown(r.action));
    fact(tr("permission"), shown(r.permission));
    fact(tr("object"), shown(r.object));
    fact(tr("result"), resultText(r));
    fact(tr("when"), stampText(r.time, zone));
    fact(tr("intent"), r.ref ? tr("record %1").arg(r.ref->value) : QString());
    fact(tr("request"), shown(r.requestId));
    fact(tr("plan"), hex(r.change));
    for (const Digest& approval : r.approvals) {
        fact(tr("approval"), hex(approval));
    }
    fact(tr("digest before"), hex(r.before));
    fact(tr("digest after"), hex(r.after));
    fact(tr("policy"), hex(r.policy));
    fact(tr("build"), shown(r.build));
}

void AuditDetailModel::addProof(const StoredRecord& stored, const RecordProof& proof) {
    const ProvenRecord& proven = *proof.proven;
    heading(tr("Proof"));
    fact(tr("record"), tr("%1 of %2").arg(stored.record.seq.value).arg(proven.proof.size));
    fact(tr("bytes"), tr("%1, SHA-256 %2")
                          .arg(proven.record.bytes.size())
                          .arg(QString::fromStdString(toHex(sha256(proven.record.bytes)))));
    const std::size_t hashes = proven.proof.hashes.size();
    fact(tr("path"), hashes == 1 ? tr("1 hash to the root") : tr("%1 hashes to the root").arg(countText(hashes)));
    fact(tr("root"), hex(proven.checkpoint.root));
    fact(tr("signed by"), shown(proven.checkpoint.origin));
}

QString AuditDetailModel::asText() const {
    QStringList lines;
    for (const Row& row : m_rows) {
        lines.append(row.group    ? row.field
                     : row.single ? QString(row.field + u'\t' + row.before)
                                  : QString(row.field + u'\t' + row.before + u" → "_s + row.after));
    }
    return lines.join(u'\n');
}

int AuditDetailModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int AuditDetailModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant AuditDetailModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) {
        return {};
    }
    const Row& row = m_rows[index.row()];
    switch (role) {
    case Qt::DisplayRole:
    case Qt::ToolTipRole:
        return index.column() == FieldColumn ? row.field : index.column() == BeforeColumn ? row.before : row.after;
    case MutedRole:
        return !row.group && (index.column() == FieldColumn || (!row.single && index.column() == BeforeColumn));
    case HeadingRole:
        return row.group;
    case SingleRole:
        return row.single;
    default:
        return {};
    }
}

QVariant AuditDetailModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) {
        return {};
    }
    switch (section) {
    case FieldColumn:
        return tr("Field");
    case BeforeColumn:
        return tr("Before");
    case AfterColumn:
        return tr("After");
    default:
        return {};
    }
}

} // namespace gnomon::ui
