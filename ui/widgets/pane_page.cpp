// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/pane_page.h"

#include "ui/widgets/icons.h"
#include "ui/widgets/tokens.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

PanePage::PanePage(QWidget* parent)
    : QWidget(parent), m_icon(new QLabel(this)), m_title(new QLabel(this)), m_body(new QLabel(this)),
      m_action(new QPushButton(this)), m_copy(new QPushButton(tr("Copy details"), this)) {
    m_title->setObjectName(u"stateText"_s);
    m_body->setObjectName(u"stateBody"_s);
    m_action->setObjectName(u"stateAction"_s);
    m_copy->setObjectName(u"stateCopy"_s);
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    m_title->setFont(bold);
    for (QLabel* label : {m_title, m_body}) {
        label->setAlignment(Qt::AlignCenter);
        label->setWordWrap(true);
        label->setTextFormat(Qt::PlainText);
    }
    m_icon->setAlignment(Qt::AlignCenter);
    auto* buttons = new QHBoxLayout;
    buttons->addStretch();
    buttons->addWidget(m_action);
    buttons->addWidget(m_copy);
    buttons->addStretch();
    auto* column = new QVBoxLayout(this);
    column->setSpacing(px(this, theme::kDistances.small));
    column->addStretch(2);
    column->addWidget(m_icon, 0, Qt::AlignCenter);
    column->addWidget(m_title, 0, Qt::AlignCenter);
    column->addWidget(m_body, 0, Qt::AlignCenter);
    column->addSpacing(px(this, theme::kDistances.small));
    column->addLayout(buttons);
    column->addStretch(3);
    connect(m_action, &QPushButton::clicked, this, &PanePage::actionClicked);
    connect(m_copy, &QPushButton::clicked, this, [this] { QGuiApplication::clipboard()->setText(m_details); });
}

void PanePage::setPage(const QString& icon, const QString& title, const QString& body, const QString& action,
                       const QString& details) {
    const int side = px(this, 2);
    m_icon->setPixmap(lineIcon(icon).pixmap(QSize(side, side), devicePixelRatioF(), QIcon::Disabled));
    m_icon->setVisible(!icon.isEmpty());
    m_title->setText(title);
    m_body->setText(body);
    m_body->setVisible(!body.isEmpty());
    m_action->setText(action);
    if (action.isEmpty() && m_action->hasFocus()) {
        setFocus(Qt::OtherFocusReason); // so that the content has the keyboard once it is there
    }
    m_action->setVisible(!action.isEmpty());
    fitTexts();
    m_details = details;
    m_copy->setVisible(!details.isEmpty());
    setAccessibleName(text());
}

// Stated outright: a wrapping label that is centred in a column is given too little height otherwise.
void PanePage::fitTexts() {
    const QMargins margins = layout()->contentsMargins();
    const int room =
        testAttribute(Qt::WA_Resized) || isVisible() ? width() - margins.left() - margins.right() : px(this, 34);
    for (QLabel* label : {m_title, m_body}) {
        const int wanted = QFontMetrics(label->font()).horizontalAdvance(label->text()) + px(this, 0.5);
        label->setFixedWidth(std::clamp(wanted, 1, std::max(1, std::min(room, px(this, 34)))));
        label->setMinimumHeight(std::max(0, label->heightForWidth(label->width())));
    }
}

// The texts wrap in whatever room there is.
QSize PanePage::minimumSizeHint() const {
    return {px(this, 8), QWidget::minimumSizeHint().height()};
}

void PanePage::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    fitTexts();
}

QString PanePage::text() const {
    return m_body->text().isEmpty() ? m_title->text() : QString(m_title->text() + u'\n' + m_body->text());
}

} // namespace gnomon::ui
