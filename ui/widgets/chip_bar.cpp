// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/chip_bar.h"

#include "ui/widgets/tokens.h"

#include <QHBoxLayout>
#include <QPushButton>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

ChipBar::ChipBar(QWidget* parent) : QWidget(parent), m_row(new QHBoxLayout(this)) {
    m_row->setContentsMargins({});
    m_row->setSpacing(px(this, theme::kDistances.small));
}

void ChipBar::setChips(const QList<Chip>& chips) {
    if (chips == m_chips) {
        return;
    }
    m_chips = chips;
    while (QLayoutItem* item = m_row->takeAt(0)) {
        item->widget()->hide();
        item->widget()->deleteLater(); // it may be the one whose click is running
        delete item;
    }
    for (const Chip& chip : m_chips) {
        auto* button = new QPushButton(chip.text + u"  ×"_s, this);
        button->setObjectName(objectName() + u'.' + chip.id);
        button->setAccessibleName(tr("Remove the filter %1").arg(chip.text));
        button->setToolTip(button->accessibleName());
        button->setAutoDefault(false);
        connect(button, &QPushButton::clicked, this, [this, id = chip.id] { Q_EMIT removed(id); });
        m_row->addWidget(button);
        button->show();
    }
}

} // namespace gnomon::ui
