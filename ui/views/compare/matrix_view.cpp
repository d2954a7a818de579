// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/compare/matrix_view.h"

#include "ui/models/transition_model.h"
#include "ui/widgets/tokens.h"

#include <QHeaderView>
#include <QKeyEvent>
#include <QPainter>

#include <algorithm>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

void MatrixDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    const theme::Colors& colors = colorsOf(option.palette);
    const bool agrees = index.data(TransitionModel::AgreesRole).toBool();
    const double shade = index.data(TransitionModel::ShadeRole).toDouble();
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->fillRect(option.rect, colorOf(colors.surface)); // over the view's own selection colour
    QColor ground = colorOf(agrees ? colors.production : colors.act);
    ground.setAlphaF(static_cast<float>(shade * (agrees ? 0.16 : 0.30)));
    const QRectF cell = QRectF(option.rect).adjusted(1.5, 1.5, -1.5, -1.5);
    painter->setPen(Qt::NoPen);
    painter->setBrush(ground);
    painter->drawRoundedRect(cell, 3, 3);
    if (option.state.testFlag(QStyle::State_HasFocus)) {
        painter->setPen(QPen(colorOf(colors.accent), 1.5));
        painter->setBrush(Qt::NoBrush);
        painter->drawRoundedRect(cell, 3, 3);
    }
    const QStringList lines = index.data().toString().split(u'\n');
    QFont bold = option.font;
    bold.setWeight(QFont::DemiBold);
    const int line = option.fontMetrics.height();
    const int height = line * static_cast<int>(lines.size());
    QRect text(option.rect.left(), option.rect.center().y() - height / 2, option.rect.width(), line);
    painter->setFont(bold);
    painter->setPen(colorOf(colors.text));
    const bool flips = !agrees && index.data(TransitionModel::CountRole).toULongLong() > 0;
    painter->drawText(text, Qt::AlignCenter, flips ? QString(u"▲ "_s + lines[0]) : lines[0]);
    if (lines.size() > 1) {
        text.translate(0, line);
        painter->setFont(option.font);
        painter->setPen(colorOf(colors.muted));
        painter->drawText(text, Qt::AlignCenter, lines[1]);
    }
    painter->restore();
}

QSize MatrixDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const {
    return {option.fontMetrics.averageCharWidth() * 10, option.fontMetrics.height() * 5 / 2};
}

MatrixView::MatrixView(QWidget* parent) : QTableView(parent) {
    setObjectName(u"transitionMatrix"_s);
    setAccessibleName(tr("Decisions: production in rows, shadow in columns"));
    setItemDelegate(new MatrixDelegate(this));
    setSelectionMode(QAbstractItemView::SingleSelection);
    setShowGrid(false);
    setFrameShape(QFrame::NoFrame);
    setTabKeyNavigation(false);
    setCornerButtonEnabled(false);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    for (QHeaderView* header : {horizontalHeader(), verticalHeader()}) {
        header->setSectionResizeMode(QHeaderView::Stretch);
        header->setMinimumSectionSize(fontMetrics().height() * 5 / 2);
        header->setHighlightSections(false);
        header->setSectionsClickable(false);
        header->setDefaultAlignment(Qt::AlignCenter);
    }
    horizontalHeader()->setMinimumSectionSize(fontMetrics().averageCharWidth() * 9);
    connect(this, &QAbstractItemView::doubleClicked, this, &MatrixView::take);
}

void MatrixView::setModel(QAbstractItemModel* model) {
    QTableView::setModel(model);
    connect(model, &QAbstractItemModel::modelReset, this, &MatrixView::fitHeader);
    fitHeader();
}

// The header's own hint leaves out what a style sheet adds.
void MatrixView::fitHeader() {
    int widest = 0;
    for (int row = 0; row < model()->rowCount(); ++row) {
        const QString name = model()->headerData(row, Qt::Vertical, Qt::DisplayRole).toString();
        widest = std::max(widest, fontMetrics().horizontalAdvance(name));
    }
    verticalHeader()->setFixedWidth(std::min(widest, fontMetrics().averageCharWidth() * 16) + px(this, 2));
}

void MatrixView::take(const QModelIndex& index) {
    if (index.isValid()) {
        Q_EMIT cellTaken(index.data(TransitionModel::ProductionRole).toString(),
                         index.data(TransitionModel::ShadowRole).toString());
    }
}

void MatrixView::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) {
        take(currentIndex());
        return;
    }
    if (!event->text().isEmpty() && event->text().at(0).isPrint()) {
        event->ignore(); // the screen's single-letter keys
        return;
    }
    QTableView::keyPressEvent(event);
}

} // namespace gnomon::ui
