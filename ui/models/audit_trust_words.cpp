// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/audit_trust_words.h"

#include "ui/models/evidence_format.h"
#include "ui/models/failure.h"

#include <QCoreApplication>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("gnomon::ui::AuditTrustWords", text);
}

} // namespace

QString trustHeadline(const LogTrust& trust, std::uint64_t shown) {
    switch (trust.finding) {
    case Finding::NotChecked:
        return trust.checking        ? tr("Checking the log…")
               : trust.why.isEmpty() ? tr("The log was not checked yet.")
                                     : tr("The log is not proved: ") + sentenceOf(trust.why.toStdString());
    case Finding::Verified:
        return trust.pinned && trust.pinned->size < shown
                   ? tr("Log verified here: the first %1 of %2 records.")
                         .arg(countText(trust.pinned->size), countText(shown))
                   : tr("Log verified here: %1 records.").arg(trust.pinned ? countText(trust.pinned->size) : u"–"_s);
    case Finding::Altered:
        return tr("Log altered: ") + sentenceOf(trust.why.toStdString());
    case Finding::Missing:
        return tr("Records are missing: ") + sentenceOf(trust.why.toStdString());
    case Finding::Rewritten:
        return tr("Log rewritten: ") + sentenceOf(trust.why.toStdString());
    case Finding::KeyUnknown:
        return tr("Signature key unknown: ") + sentenceOf(trust.why.toStdString());
    }
    return {};
}

QString trustConsequence(const LogTrust& trust) {
    if (isAlarm(trust.finding)) {
        return trust.pinned ? tr("Only the first %1 records of %2 are as this console saw them. Treat everything else "
                                 "as unproven, "
                                 "keep an export, and tell whoever looks after the node.")
                                  .arg(countText(trust.pinned->size),
                                       QString::fromStdString(printable(trust.pinned->origin, 100)))
                            : tr("Treat every record as unproven, and tell whoever looks after the node.");
    }
    if (trust.finding == Finding::KeyUnknown) {
        return tr("Nothing can be proved until somebody has confirmed the key by another way than this connection.");
    }
    if (!trust.unreachable.isEmpty()) {
        return tr("The newest check was not possible: ") + sentenceOf(trust.unreachable.toStdString());
    }
    return {};
}

Finding exportFinding(const proof::ExportReport& report) {
    switch (report.fault) {
    case proof::ExportFault::None:
        return Finding::Verified;
    case proof::ExportFault::NotAnExport:
    case proof::ExportFault::Altered:
        return Finding::Altered;
    case proof::ExportFault::Missing:
    case proof::ExportFault::Truncated:
        return Finding::Missing;
    case proof::ExportFault::Rewritten:
        return Finding::Rewritten;
    case proof::ExportFault::BadSignature:
        return Finding::KeyUnknown;
    }
    return Finding::NotChecked;
}

QString exportSentence(const AuditExporter& exporter) {
    const auto progress = [&](const QString& what) -> QString {
        return exporter.total() == 0
                   ? what
                   : QString(what + u' ' + QString::number(100 * exporter.done() / exporter.total()) + u" %"_s);
    };
    switch (exporter.stage()) {
    case AuditExporter::Stage::Idle:
        return {};
    case AuditExporter::Stage::Writing:
        return progress(tr("Writing…"));
    case AuditExporter::Stage::Verifying:
        return progress(tr("Checking what was written…"));
    case AuditExporter::Stage::Cancelled:
        return tr("Cancelled; nothing was kept.");
    case AuditExporter::Stage::Failed:
        return tr("Not exported. ") + (exporter.error() ? sentenceOf(exporter.error()->message) : QString());
    case AuditExporter::Stage::Done:
        break;
    }
    const proof::ExportReport& report = *exporter.report();
    if (!report.ok()) {
        return tr("The file was written, but it is ") + findingWord(exportFinding(report)) + u": "_s +
               sentenceOf(report.message);
    }
    return tr("Exported and verified here: %1 records under the root %2, signed by %3.")
        .arg(countText(report.records), shortDigest(report.root), QString::fromStdString(report.origin));
}

} // namespace gnomon::ui
