// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/console_style.h"

#include "ui/widgets/tokens.h"

#include <QApplication>
#include <QPainter>
#include <QStyleFactory>
#include <QStyleOptionButton>
#include <QStyleOptionComboBox>
#include <QStyleOptionFrame>
#include <QStyleOptionHeader>

#include <algorithm>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

ConsoleStyle::ConsoleStyle() : QProxyStyle(QStyleFactory::create(u"Fusion"_s)) {}

void ConsoleStyle::drawButton(const QStyleOption& option, QPainter& painter) const {
    const theme::Colors& colors = colorsOf(QApplication::palette());
    const bool enabled = (option.state & State_Enabled) != 0;
    const bool down = (option.state & (State_Sunken | State_On)) != 0;
    const bool hover = enabled && (option.state & State_MouseOver) != 0;
    const bool focus = (option.state & State_HasFocus) != 0;
    QColor ground = option.palette.color(QPalette::Button); // a dangerous one brings its own
    const bool own = enabled && ground != colorOf(colors.raised);
    if (own) {
        ground = down ? ground.darker(120) : hover ? ground.darker(110) : ground;
    } else if (down || hover) {
        ground = colorOf(down ? colors.selection : colors.hover);
    }
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(ground);
    painter.setPen(QPen(focus ? colorOf(colors.accent)
                        : own ? ground
                              : colorOf(enabled ? colors.edge : colors.border),
                        focus ? 2 : 1));
    const double inset = focus ? 1 : 0.5;
    const double radius = px(option.fontMetrics, theme::kDistances.radius);
    painter.drawRoundedRect(QRectF(option.rect).adjusted(inset, inset, -inset, -inset), radius, radius);
    painter.restore();
}

void ConsoleStyle::drawHeaderGround(const QStyleOption& option, QPainter& painter) const {
    const theme::Colors& colors = colorsOf(QApplication::palette());
    painter.fillRect(option.rect, colorOf((option.state & State_MouseOver) != 0 ? colors.hover : colors.raised));
    painter.setPen(colorOf(colors.edge));
    painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight());
}

// The ground and outline of anything that is typed into or chosen from.
void ConsoleStyle::drawField(const QStyleOption& option, QPainter& painter) const {
    const theme::Colors& colors = colorsOf(QApplication::palette());
    const bool enabled = (option.state & State_Enabled) != 0;
    const bool focus = enabled && (option.state & State_HasFocus) != 0;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(colorOf(enabled ? colors.surface : colors.window));
    painter.setPen(QPen(colorOf(focus ? colors.accent : enabled ? colors.edge : colors.border), focus ? 2 : 1));
    const double inset = focus ? 1 : 0.5;
    const double radius = px(option.fontMetrics, theme::kDistances.radius);
    painter.drawRoundedRect(QRectF(option.rect).adjusted(inset, inset, -inset, -inset), radius, radius);
    painter.restore();
}

void ConsoleStyle::drawIndicator(const QStyleOption& option, QPainter& painter, bool round) const {
    const theme::Colors& colors = colorsOf(QApplication::palette());
    const bool enabled = (option.state & State_Enabled) != 0;
    const bool on = (option.state & State_On) != 0;
    const bool focus = (option.state & State_HasFocus) != 0;
    const int side = std::min(option.rect.width(), option.rect.height());
    const QRectF box(option.rect.center().x() - side / 2 + 1.0, option.rect.center().y() - side / 2 + 1.0, side - 2.0,
                     side - 2.0);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(colorOf(on && enabled ? colors.accent : enabled ? colors.surface : colors.window));
    painter.setPen(QPen(colorOf(focus || on ? (enabled ? colors.accent : colors.edge) : colors.muted), focus ? 2 : 1));
    round ? painter.drawEllipse(box) : painter.drawRoundedRect(box, 2, 2);
    if (on) {
        const QColor mark = colorOf(enabled ? colors.onAccent : colors.disabled);
        if (round) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(mark);
            painter.drawEllipse(box.center(), side * 0.18, side * 0.18);
        } else {
            painter.setPen(QPen(mark, std::max(1.5, side / 8.0), Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
            painter.drawPolyline(QPolygonF({{box.left() + side * 0.2, box.center().y()},
                                            {box.left() + side * 0.38, box.bottom() - side * 0.24},
                                            {box.right() - side * 0.18, box.top() + side * 0.24}}));
        }
    }
    painter.restore();
}

void ConsoleStyle::drawComboBox(const QStyleOptionComplex& option, QPainter& painter, const QWidget* widget) const {
    drawField(option, painter);
    const theme::Colors& colors = colorsOf(QApplication::palette());
    const QRectF arrow = subControlRect(CC_ComboBox, &option, SC_ComboBoxArrow, widget);
    const double reach = px(option.fontMetrics, 0.22);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(colorOf((option.state & State_Enabled) != 0 ? colors.muted : colors.disabled), 1.5));
    painter.drawPolyline(
        QPolygonF({arrow.center() + QPointF(-reach, -reach / 2), arrow.center() + QPointF(0, reach / 2),
                   arrow.center() + QPointF(reach, -reach / 2)}));
    painter.restore();
}

void ConsoleStyle::drawComplexControl(ComplexControl control, const QStyleOptionComplex* option, QPainter* painter,
                                      const QWidget* widget) const {
    if (control == CC_ComboBox) {
        if (const auto* box = qstyleoption_cast<const QStyleOptionComboBox*>(option);
            box != nullptr && !box->editable) {
            drawComboBox(*option, *painter, widget);
            return;
        }
    }
    QProxyStyle::drawComplexControl(control, option, painter, widget);
}

QRect ConsoleStyle::subElementRect(SubElement element, const QStyleOption* option, const QWidget* widget) const {
    const QRect rect = QProxyStyle::subElementRect(element, option, widget);
    const auto* frame = qstyleoption_cast<const QStyleOptionFrame*>(option);
    if (element == SE_LineEditContents && frame != nullptr && frame->lineWidth > 0) {
        const int pad = px(option->fontMetrics, 0.2);
        return rect.adjusted(pad, 0, -pad, 0);
    }
    return rect;
}

void ConsoleStyle::drawControl(ControlElement element, const QStyleOption* option, QPainter* painter,
                               const QWidget* widget) const {
    switch (element) {
    case CE_PushButtonBevel: {
        const auto* button = qstyleoption_cast<const QStyleOptionButton*>(option);
        if (button != nullptr && (button->features & QStyleOptionButton::Flat) == 0) {
            drawButton(*option, *painter);
            return;
        }
        break;
    }
    case CE_HeaderSection:
    case CE_HeaderEmptyArea:
        drawHeaderGround(*option, *painter);
        return;
    case CE_HeaderLabel:
        if (const auto* header = qstyleoption_cast<const QStyleOptionHeader*>(option)) {
            const int pad = px(option->fontMetrics, theme::kDistances.small);
            painter->setPen(colorOf(colorsOf(QApplication::palette()).muted));
            const QRect room = option->rect.adjusted(pad, 0, -pad, 0);
            painter->drawText(room, static_cast<int>(header->textAlignment) | Qt::AlignVCenter,
                              option->fontMetrics.elidedText(header->text, Qt::ElideRight, room.width()));
            return;
        }
        break;
    default:
        break;
    }
    QProxyStyle::drawControl(element, option, painter, widget);
}

void ConsoleStyle::drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                                 const QWidget* widget) const {
    if (element == PE_FrameFocusRect && qstyleoption_cast<const QStyleOptionFocusRect*>(option) != nullptr &&
        widget != nullptr &&
        (widget->inherits("QPushButton") || widget->inherits("QCheckBox") || widget->inherits("QRadioButton") ||
         widget->inherits("QComboBox"))) {
        return; // the control's own outline shows it
    }
    switch (element) {
    case PE_PanelLineEdit:
        if (const auto* frame = qstyleoption_cast<const QStyleOptionFrame*>(option)) {
            if (frame->lineWidth > 0) {
                drawField(*option, *painter);
            } else { // inside a spin box, which draws the frame itself
                painter->fillRect(option->rect.adjusted(1, 1, -1, -1), option->palette.base());
            }
            return;
        }
        break;
    case PE_IndicatorCheckBox:
        drawIndicator(*option, *painter, false);
        return;
    case PE_IndicatorRadioButton:
        drawIndicator(*option, *painter, true);
        return;
    default:
        break;
    }
    QProxyStyle::drawPrimitive(element, option, painter, widget);
}

QSize ConsoleStyle::sizeFromContents(ContentsType type, const QStyleOption* option, const QSize& size,
                                     const QWidget* widget) const {
    QSize wanted = QProxyStyle::sizeFromContents(type, option, size, widget);
    const QFontMetrics metrics = option != nullptr ? option->fontMetrics : QFontMetrics(QApplication::font());
    switch (type) {
    case CT_PushButton:
        return {size.width() + 2 * px(metrics, 0.8), px(metrics, 1.8)};
    case CT_LineEdit:
    case CT_ComboBox:
    case CT_SpinBox:
        wanted.setHeight(px(metrics, 1.8));
        return wanted;
    case CT_HeaderSection:
        wanted.setHeight(px(metrics, 1.7));
        return wanted;
    default:
        return wanted;
    }
}

int ConsoleStyle::pixelMetric(PixelMetric metric, const QStyleOption* option, const QWidget* widget) const {
    switch (metric) {
    case PM_ButtonShiftHorizontal:
    case PM_ButtonShiftVertical:
        return 0;
    case PM_HeaderMargin:
        return 0;
    default:
        return QProxyStyle::pixelMetric(metric, option, widget);
    }
}

} // namespace gnomon::ui
