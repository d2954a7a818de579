// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/audit/audit_details.h"

#include "backend/merkle/hash.h"
#include "ui/models/audit_words.h"
#include "ui/models/evidence_format.h"
#include "ui/models/format.h"

#include <QCoreApplication>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("gnomon::ui::AuditDetails", text);
}

QString safe(const std::string& text) {
    return QString::fromStdString(printable(text, 2000)).toHtmlEscaped();
}

QString row(const QString& name, const QString& value) {
    return value.isEmpty() ? QString()
                           : u"<tr><td>%1&nbsp;&nbsp;</td><td>%2</td></tr>"_s.arg(name.toHtmlEscaped(), value);
}

QString shortHex(const Digest& digest) {
    return digest.isZero() ? QString() : QString::fromStdString(toHex(digest)).left(16) + u"…"_s;
}

QString factsHtml(const StoredRecord& stored, const QTimeZone& zone) {
    const AuditRecord& r = stored.record;
    QString rows = row(tr("When"), stampText(r.time, zone).toHtmlEscaped());
    rows += row(tr("Who"), safe(r.actor.person) + u" · "_s + safe(r.actor.identity));
    rows +=
        row(tr("From"), safe(r.sourceAddress) + (r.sourceClient.empty() ? QString() : u" · "_s + safe(r.sourceClient)));
    rows +=
        row(tr("What"), safe(r.action) + (r.permission.empty() ? QString() : u" ("_s + safe(r.permission) + u")"_s));
    rows += row(tr("On"), safe(r.object));
    rows += row(tr("Reason"), safe(r.reason));
    rows += row(tr("Result"), resultText(r).toHtmlEscaped());
    rows += row(tr("Plan"), shortHex(r.change));
    rows += row(tr("Request"), safe(r.requestId));
    return u"<table>"_s + rows + u"</table>"_s;
}

QString changesHtml(const StoredRecord& stored) {
    if (!stored.payload || (stored.payload->changes.empty() && stored.payload->facts.empty())) {
        return {};
    }
    QString html;
    if (!stored.payload->changes.empty()) {
        html +=
            u"<h4>%1</h4><table cellpadding='3'><tr><th></th><th align='left'>%2</th><th align='left'>%3</th></tr>"_s
                .arg(tr("Before and after"), tr("Before"), tr("After"));
        for (const FieldChange& change : stored.payload->changes) {
            html += u"<tr><td>%1</td><td>%2</td><td><b>%3</b></td></tr>"_s.arg(safe(change.field), safe(change.before),
                                                                               safe(change.after));
        }
        html += u"</table>"_s;
    }
    QString facts;
    for (const auto& [name, value] : stored.payload->facts) {
        facts += row(QString::fromStdString(printable(name)), safe(value));
    }
    return html + (facts.isEmpty() ? QString() : u"<table>"_s + facts + u"</table>"_s);
}

QString proofHtml(const StoredRecord& stored, const RecordProof* proof) {
    QString html = u"<h4>%1</h4>"_s.arg(tr("Proof"));
    const QString leaf = QString::fromStdString(toHex(merkle::leafHash(stored.bytes)));
    if (proof == nullptr || proof->finding == Finding::NotChecked) {
        const QString why = proof == nullptr ? tr("being checked") : proof->why;
        html += findingShape(Finding::NotChecked) + u' ' + why.toHtmlEscaped();
    } else {
        html += findingShape(proof->finding) + u" <b>"_s + findingWord(proof->finding).toHtmlEscaped() + u"</b> "_s +
                proof->why.toHtmlEscaped();
    }
    html += u"<table>"_s + row(tr("Leaf hash"), leaf);
    if (proof != nullptr && proof->proven) {
        const ProvenRecord& proven = *proof->proven;
        html += row(
            tr("Inclusion"),
            tr("%1 hashes lead to the root of %2 records").arg(proven.proof.hashes.size()).arg(proven.checkpoint.size));
        html += row(tr("Root"), QString::fromStdString(toHex(proven.checkpoint.root)));
        html += row(tr("Signed by"), safe(proven.checkpoint.origin));
    }
    return html + u"</table>"_s;
}

QString relatedHtml(const std::vector<const StoredRecord*>& related) {
    if (related.empty()) {
        return {};
    }
    QString html = u"<h4>%1</h4>"_s.arg(tr("Belongs to it"));
    for (const StoredRecord* other : related) {
        html += u"<div><a href='seq:%1'>%1</a> %2</div>"_s.arg(other->record.seq.value)
                    .arg(recordTitle(other->record).toHtmlEscaped());
    }
    return html;
}

} // namespace

QString auditDetailsHtml(const StoredRecord& stored, const RecordProof* proof,
                         const std::vector<const StoredRecord*>& related, const QTimeZone& zone) {
    return u"<h3>%1 %2</h3>"_s.arg(tr("Record %1").arg(stored.record.seq.value),
                                   actionText(stored.record).toHtmlEscaped()) +
           factsHtml(stored, zone) + changesHtml(stored) + proofHtml(stored, proof) + relatedHtml(related);
}

} // namespace gnomon::ui
