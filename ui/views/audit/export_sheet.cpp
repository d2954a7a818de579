// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/audit/export_sheet.h"

#include "ui/models/audit_exporter.h"
#include "ui/models/audit_trust_words.h"
#include "ui/views/audit/finding_label.h"
#include "ui/widgets/card.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/overlay_layer.h"
#include "ui/widgets/tokens.h"

#include <QCoreApplication>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QShortcut>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("gnomon::ui::ExportSheet", text);
}

// The parts that follow the exporter.
struct Parts {
    QLineEdit* path;
    QProgressBar* progress;
    FindingLabel* state;
    QPushButton* stop;
    QPushButton* start;
};

void follow(const Parts& parts, const AuditExporter& exporter) {
    const bool done = exporter.stage() == AuditExporter::Stage::Done;
    parts.path->setReadOnly(exporter.running()); // rather than disabled: it keeps the focus
    parts.start->setEnabled(!exporter.running() && !parts.path->text().trimmed().isEmpty());
    parts.stop->setVisible(exporter.running());
    parts.progress->setVisible(exporter.running());
    parts.progress->setRange(0, 1000);
    parts.progress->setValue(exporter.total() == 0 ? 0 : static_cast<int>(1000 * exporter.done() / exporter.total()));
    const QString sentence = exportSentence(exporter);
    const Finding finding = done                                               ? exportFinding(*exporter.report())
                            : exporter.stage() == AuditExporter::Stage::Failed ? Finding::Missing
                                                                               : Finding::NotChecked;
    parts.state->setVisible(!sentence.isEmpty());
    parts.state->setFinding(finding, sentence);
}

void chooseFile(QLineEdit& path) {
    auto* dialog = new QFileDialog(path.window(), tr("Export the audit trail"), path.text());
    dialog->setObjectName(u"exportDialog"_s);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setFileMode(QFileDialog::AnyFile);
    QObject::connect(dialog, &QFileDialog::fileSelected, &path, &QLineEdit::setText);
    dialog->open();
}

} // namespace

void openExportSheet(OverlayLayer& layer, AuditExporter& exporter, const QString& suggestedPath,
                     std::function<void(const QString& path)> start) {
    auto* card = new Card;
    card->setObjectName(u"exportSheet"_s);
    card->setMinimumWidth(px(card, 44));
    card->addTitle(tr("Export the audit trail"));
    auto* what = new TextLabel(TextStyle::Muted, {}, card);
    what->setWordWrap(true);
    what->setText(tr("The whole log with its checkpoints, as one file that anybody can check without the node: "
                     "gnomonctl audit verify FILE. It is checked here as soon as it is written."));
    card->add(what);

    // Made in the order in which Tab goes through them.
    auto* path = new QLineEdit(suggestedPath, card);
    auto* browse = new QPushButton(tr("Browse…"), card);
    browse->setObjectName(u"exportBrowse"_s);
    auto* close = new QPushButton(tr("Close  Esc"), card);
    close->setObjectName(u"exportClose"_s);
    Parts parts{path, new QProgressBar(card), new FindingLabel(card), new QPushButton(tr("Stop"), card),
                new QPushButton(tr("Export  Ctrl+Enter"), card)};
    parts.path->setObjectName(u"exportPath"_s);
    parts.path->setAccessibleName(tr("File"));
    parts.progress->setObjectName(u"exportProgress"_s);
    parts.progress->setAccessibleName(tr("Progress of the export"));
    parts.progress->setTextVisible(false);
    parts.state->setObjectName(u"exportState"_s);
    parts.stop->setObjectName(u"exportStop"_s);
    parts.start->setObjectName(u"exportStart"_s);
    for (QPushButton* button : {parts.stop, parts.start, browse, close}) {
        button->setAutoDefault(false);
    }
    auto* file = new QHBoxLayout;
    file->addWidget(parts.path, 1);
    file->addWidget(browse);
    card->add(file);
    card->add(parts.progress);
    card->add(parts.state);
    card->add(new QWidget(card), 1); // takes what is left, so that the lines above stay together
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(close);
    buttons->addStretch();
    buttons->addWidget(parts.stop);
    buttons->addWidget(parts.start);
    card->add(buttons);

    const auto go = [&exporter, path = parts.path, start = std::move(start)] {
        const QString text = path->text().trimmed();
        if (!text.isEmpty() && !exporter.running()) {
            start(text);
        }
    };
    QObject::connect(browse, &QPushButton::clicked, parts.path, [path = parts.path] { chooseFile(*path); });
    QObject::connect(close, &QPushButton::clicked, &layer, &OverlayLayer::close);
    QObject::connect(parts.stop, &QPushButton::clicked, &exporter, &AuditExporter::cancel);
    QObject::connect(parts.start, &QPushButton::clicked, card, go);
    QObject::connect(parts.path, &QLineEdit::textChanged, card, [parts, &exporter] { follow(parts, exporter); });
    QObject::connect(&exporter, &AuditExporter::changed, card, [parts, &exporter] { follow(parts, exporter); });
    for (const auto key : {Qt::Key_Return, Qt::Key_Enter}) {
        auto* shortcut = new QShortcut(QKeySequence(Qt::CTRL | key), card);
        shortcut->setContext(Qt::WidgetWithChildrenShortcut);
        shortcut->setAutoRepeat(false);
        QObject::connect(shortcut, &QShortcut::activated, card, go);
    }
    follow(parts, exporter);
    layer.open(card, OverlayLayer::Place::Centre, parts.path);
    parts.path->selectAll();
}

} // namespace gnomon::ui
