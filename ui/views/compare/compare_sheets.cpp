// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/compare/compare_sheets.h"

#include "ui/models/comparison_words.h"
#include "ui/models/evidence_format.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/overlay_layer.h"
#include "ui/widgets/tokens.h"

#include <QCoreApplication>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QShortcut>
#include <QTextBrowser>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("gnomon::ui::CompareSheets", text);
}

} // namespace

void openWhySheet(OverlayLayer& layer, const Comparison& comparison) {
    auto* card = new Card;
    card->setObjectName(u"whySheet"_s);
    card->addTitle(tr("Why “%1”").arg(verdictWords(comparison, {}).word));
    auto* text = new QTextBrowser(card);
    text->setObjectName(u"whyText"_s);
    text->setFrameShape(QFrame::NoFrame);
    text->setHtml(verdictExplanation(comparison));
    text->setMinimumSize(px(card, 40), px(card, 30));
    text->setTabChangesFocus(true);
    card->add(text, 1);
    auto* close = new QPushButton(tr("Close  Esc"), card);
    close->setObjectName(u"whyClose"_s);
    QObject::connect(close, &QPushButton::clicked, &layer, &OverlayLayer::close);
    auto* buttons = new QHBoxLayout;
    buttons->addStretch();
    buttons->addWidget(close);
    card->add(buttons);
    layer.open(card, OverlayLayer::Place::Centre, text);
}

void openExperimentSheet(OverlayLayer& layer, const Comparison& comparison,
                         std::function<void(const QString& reason)> start) {
    auto* card = new Card;
    card->setObjectName(u"experimentSheet"_s);
    card->setMinimumWidth(px(card, 34));
    card->addTitle(tr("New experiment on %1").arg(QString::fromStdString(comparison.endpoint.value)));
    auto* what = new TextLabel(TextStyle::Body, {}, card);
    what->setWordWrap(true);
    what->setText(
        tr("Ends the experiment of %1 with %2 pairs and its verdict, and starts to compare %3 with %4 afresh. "
           "The node records it in the audit trail.")
            .arg(stampText(comparison.started), countText(comparison.coverage.matched), versionText(comparison.shadow),
                 versionText(comparison.production)));
    card->add(what);
    auto* reason = new QLineEdit(card);
    reason->setObjectName(u"experimentReason"_s);
    reason->setAccessibleName(tr("Reason"));
    reason->setPlaceholderText(tr("Reason, for the audit trail"));
    card->add(reason);
    auto* cancel = new QPushButton(tr("Cancel  Esc"), card);
    cancel->setObjectName(u"experimentCancel"_s);
    auto* confirm = new QPushButton(tr("Start a new experiment  Ctrl+Enter"), card);
    confirm->setObjectName(u"experimentStart"_s);
    confirm->setEnabled(false);
    for (QPushButton* button : {cancel, confirm}) {
        button->setAutoDefault(false);
    }
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(cancel);
    buttons->addStretch();
    buttons->addWidget(confirm);
    card->add(buttons);
    const auto go = [&layer, reason, start = std::move(start)] {
        const QString text = reason->text().trimmed();
        if (!text.isEmpty()) {
            layer.close();
            start(text);
        }
    };
    QObject::connect(reason, &QLineEdit::textChanged, confirm,
                     [confirm](const QString& text) { confirm->setEnabled(!text.trimmed().isEmpty()); });
    QObject::connect(cancel, &QPushButton::clicked, &layer, &OverlayLayer::close);
    QObject::connect(confirm, &QPushButton::clicked, card, go);
    for (const auto key : {Qt::Key_Return, Qt::Key_Enter}) {
        auto* shortcut = new QShortcut(QKeySequence(Qt::CTRL | key), card);
        shortcut->setContext(Qt::WidgetWithChildrenShortcut);
        shortcut->setAutoRepeat(false);
        QObject::connect(shortcut, &QShortcut::activated, card, go);
    }
    layer.open(card, OverlayLayer::Place::Centre, reason);
}

} // namespace gnomon::ui
