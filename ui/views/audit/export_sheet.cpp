// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/audit/export_sheet.h"

#include "ui/bridge/node_session.h"
#include "ui/models/evidence_format.h"
#include "ui/models/failure.h"
#include "ui/widgets/card.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/overlay_layer.h"
#include "ui/widgets/tokens.h"

#include <QCoreApplication>
#include <QDir>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPointer>
#include <QProgressBar>
#include <QPushButton>
#include <QShortcut>
#include <QStandardPaths>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("gnomon::ui::ExportSheet", text);
}

QString stageText(const AuditExporter& exporter) {
    switch (exporter.stage()) {
    case AuditExporter::Stage::Idle:
        return tr("The file holds every record with its proof. Anybody can check it, without this node:\n"
                  "gnomonctl audit verify FILE");
    case AuditExporter::Stage::Writing:
        return tr("Writing %1 of %2 records…").arg(exporter.done()).arg(exporter.total());
    case AuditExporter::Stage::Verifying:
        return tr("Checking the file that was written…");
    case AuditExporter::Stage::Cancelled:
        return tr("Cancelled; nothing was left behind.");
    case AuditExporter::Stage::Failed:
        return exporter.error() ? failureOf(*exporter.error()).cause : tr("The export failed.");
    case AuditExporter::Stage::Done:
        break;
    }
    const auto& report = exporter.report();
    if (!report) {
        return tr("Written, but not checked.");
    }
    if (!report->ok()) {
        return tr("▲ The file does NOT verify: %1").arg(QString::fromStdString(printable(report->message, 400)));
    }
    return tr("✓ Written and verified here: %1 records, root %2…")
        .arg(report->records)
        .arg(QString::fromStdString(toHex(report->root)).left(16));
}

QString suggestedPath(const NodeSession& session) {
    const QString folder = QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation);
    return QDir(folder).filePath(session.name() + u"-audit.gnomon"_s);
}

} // namespace

void openExportSheet(OverlayLayer& layer, AuditExporter& exporter, NodeSession& session, LogWitness& witness) {
    auto* card = new Card;
    card->setObjectName(u"exportSheet"_s);
    card->setMinimumWidth(px(card, 40));
    card->addTitle(tr("Export the audit trail of %1").arg(session.name()));
    auto* path = new QLineEdit(suggestedPath(session), card);
    path->setObjectName(u"exportPath"_s);
    path->setAccessibleName(tr("File"));
    card->add(path);
    auto* state = new TextLabel(TextStyle::Body, {}, card);
    state->setObjectName(u"exportState"_s);
    state->setWordWrap(true);
    card->add(state);
    auto* progress = new QProgressBar(card);
    progress->setObjectName(u"exportProgress"_s);
    card->add(progress);
    auto* cancel = new QPushButton(card);
    cancel->setObjectName(u"exportCancel"_s);
    auto* confirm = new QPushButton(tr("Export  Ctrl+Enter"), card);
    confirm->setObjectName(u"exportConfirm"_s);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(cancel);
    buttons->addStretch();
    buttons->addWidget(confirm);
    card->add(buttons);

    const auto show = [&exporter, path, state, progress, cancel, confirm] {
        state->setText(stageText(exporter));
        progress->setVisible(exporter.running());
        progress->setMaximum(exporter.stage() == AuditExporter::Stage::Writing ? static_cast<int>(exporter.total())
                                                                               : 0);
        progress->setValue(static_cast<int>(exporter.done()));
        path->setEnabled(!exporter.running());
        confirm->setEnabled(!exporter.running() && !path->text().trimmed().isEmpty());
        cancel->setText(exporter.running() ? tr("Cancel the export") : tr("Close  Esc"));
    };
    const auto go = [&exporter, &session, &witness, path, confirm] {
        if (!confirm->isEnabled()) {
            return;
        }
        proof::ExportOptions options;
        options.key = witness.key();
        options.seen = witness.trust().pinned;
        exporter.start(session, path->text().trimmed(), options);
    };
    QObject::connect(&exporter, &AuditExporter::changed, card, show);
    QObject::connect(path, &QLineEdit::textChanged, card, show);
    QObject::connect(confirm, &QPushButton::clicked, card, go);
    QObject::connect(cancel, &QPushButton::clicked, card,
                     [&exporter, &layer] { exporter.running() ? exporter.cancel() : layer.close(); });
    for (const auto key : {Qt::Key_Return, Qt::Key_Enter}) {
        auto* shortcut = new QShortcut(QKeySequence(Qt::CTRL | key), card);
        shortcut->setContext(Qt::WidgetWithChildrenShortcut);
        shortcut->setAutoRepeat(false);
        QObject::connect(shortcut, &QShortcut::activated, card, go);
    }
    show();
    layer.open(card, OverlayLayer::Place::Centre, path);
}

} // namespace gnomon::ui
