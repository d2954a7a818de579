// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/audit_words.h"

#include "ui/models/evidence_format.h"
#include "ui/models/format.h"

namespace gnomon::ui {

using namespace Qt::StringLiterals;

bool isMachine(const Actor& actor) {
    return actor.person.starts_with("machine:");
}

QString actionText(const AuditRecord& record) {
    const QString kind = QString::fromUtf8(recordKindName(record.kind));
    const QString action = QString::fromStdString(record.action);
    switch (record.kind) {
    case RecordKind::Intent:
        return action.isEmpty() ? kind : action;
    case RecordKind::Outcome:
    case RecordKind::Effect:
    case RecordKind::Deny:
        return action.isEmpty() ? kind : QString(action + u": "_s + kind);
    case RecordKind::View:
    case RecordKind::Auth:
    case RecordKind::Config:
    case RecordKind::Checkpoint:
    case RecordKind::Gap:
    case RecordKind::Key:
    case RecordKind::Substitution:
    case RecordKind::Lifecycle:
        return action.isEmpty() || action == kind ? kind : QString(kind + u": "_s + action);
    }
    return kind;
}

QString objectText(const AuditRecord& record) {
    const QString object = QString::fromStdString(record.object);
    return object.startsWith(u"endpoint/"_s) ? object.mid(9) : object;
}

QString changeText(const StoredRecord& stored) {
    if (!stored.payload || stored.payload->changes.empty()) {
        return {};
    }
    const FieldChange& first = stored.payload->changes.front();
    const qsizetype others = static_cast<qsizetype>(stored.payload->changes.size()) - 1;
    const auto value = [](const std::string& side) { return side.empty() ? dash() : QString::fromStdString(side); };
    const QString name = first.field == "mode" ? QString() : QString::fromStdString(first.field) + u' '; // modes say it
    const QString text = name + value(first.before) + u" → "_s + value(first.after);
    return others == 0 ? text : QString(text + u" +"_s + QString::number(others));
}

QString resultText(const AuditRecord& record) {
    const QString result = QString::fromStdString(record.result);
    return record.code.empty() || record.code == "OK"
               ? result
               : QString(result + u" ("_s + QString::fromStdString(record.code) + u')');
}

QString recordTitle(const AuditRecord& record) {
    return clockText(record.time) + u"  "_s + actorText(record.actor) + u"  "_s + actionText(record) + u"  "_s +
           objectText(record);
}

} // namespace gnomon::ui
