// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/message_strip.h"

#include "ui/widgets/icons.h"
#include "ui/widgets/state_badge.h"

#include <QAccessible>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QToolButton>

#include <utility>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr std::chrono::seconds kCalmFor{10};

QString toneWord(Tone tone) {
    switch (tone) {
    case Tone::Act:
        return MessageStrip::tr("Error");
    case Tone::Watch:
        return MessageStrip::tr("Attention");
    case Tone::Stale:
        return MessageStrip::tr("Old data");
    case Tone::Open:
    case Tone::Calm:
    case Tone::Info:
        return MessageStrip::tr("Note");
    }
    return {};
}

} // namespace

MessageStrip::MessageStrip(QWidget* parent)
    : QFrame(parent), m_badge(new StateBadge(this)), m_text(new QLabel(this)), m_action(new QPushButton(this)),
      m_close(new QToolButton(this)) {
    setObjectName(u"messageStrip"_s);
    m_text->setObjectName(u"messageText"_s);
    m_text->setTextFormat(Qt::PlainText);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_text->setWordWrap(true);
    m_action->setObjectName(u"messageAction"_s);
    m_close->setObjectName(u"messageClose"_s);
    m_close->setIcon(lineIcon(u"close"_s));
    m_close->setAutoRaise(true);
    m_close->setAccessibleName(tr("Close the message"));
    m_close->setToolTip(tr("Close (Esc)"));
    auto* row = new QHBoxLayout(this);
    const int gap = px(this, theme::kDistances.small);
    row->setContentsMargins(px(this, theme::kDistances.large), gap, gap, gap);
    row->setSpacing(px(this, theme::kDistances.medium));
    row->addWidget(m_badge);
    row->addWidget(m_text, 1);
    row->addWidget(m_action);
    row->addWidget(m_close);
    m_timer.setSingleShot(true);
    m_timer.setInterval(kCalmFor);
    connect(&m_timer, &QTimer::timeout, this, &MessageStrip::dismiss);
    connect(m_close, &QToolButton::clicked, this, &MessageStrip::dismiss);
    connect(m_action, &QPushButton::clicked, this, [this] {
        const auto run = std::exchange(m_run, nullptr);
        dismiss();
        if (run) {
            run();
        }
    });
    hide();
}

void MessageStrip::showMessage(Tone tone, const QString& text, const QString& action, std::function<void()> run) {
    m_tone = tone;
    m_run = std::move(run);
    m_badge->setState(tone, toneWord(tone));
    m_text->setText(text);
    m_action->setText(action);
    m_action->setVisible(!action.isEmpty());
    setAccessibleName(text);
    show();
    update();
    const bool calm = tone == Tone::Calm || tone == Tone::Info || tone == Tone::Open;
    calm ? m_timer.start() : m_timer.stop();
    QAccessibleEvent event(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&event);
}

void MessageStrip::dismiss() {
    m_timer.stop();
    m_run = nullptr;
    hide();
}

QString MessageStrip::text() const {
    return isVisible() ? m_text->text() : QString();
}

void MessageStrip::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const theme::Colors& colors = colorsOf(palette());
    painter.fillRect(rect(), groundColor(colors, m_tone));
    painter.fillRect(QRect(0, 0, px(this, 0.2), height()), shapeColor(colors, m_tone));
    painter.setPen(colorOf(colors.border));
    painter.drawLine(0, height() - 1, width(), height() - 1);
}

} // namespace gnomon::ui
