// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/chart_deck.h"

#include "ui/widgets/tokens.h"

#include <QHBoxLayout>
#include <QTabBar>

namespace gnomon::ui {

namespace {

constexpr int kPaneWidth = 52; // characters

} // namespace

ChartDeck::ChartDeck(QWidget* parent) : QWidget(parent), m_tabs(new QTabBar(this)) {
    m_tabs->setDrawBase(false);
    m_tabs->setExpanding(false);
    m_tabs->hide();
    auto* row = new QHBoxLayout;
    row->setSpacing(px(this, theme::kDistances.medium));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins({});
    column->setSpacing(0);
    column->addWidget(m_tabs);
    column->addLayout(row, 1);
    connect(m_tabs, &QTabBar::currentChanged, this, &ChartDeck::arrange);
}

void ChartDeck::add(QWidget* pane, const QString& title) {
    m_panes.append(pane);
    static_cast<QHBoxLayout*>(layout()->itemAt(1)->layout())->addWidget(pane, 1);
    m_tabs->addTab(title);
    arrange();
}

void ChartDeck::raisePane(QWidget* pane) {
    m_tabs->setCurrentIndex(static_cast<int>(m_panes.indexOf(pane)));
    pane->setFocus(Qt::ShortcutFocusReason);
}

QSize ChartDeck::minimumSizeHint() const {
    QSize least = QWidget::minimumSizeHint();
    least.setWidth(fontMetrics().averageCharWidth() * kPaneWidth);
    return least;
}

void ChartDeck::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    const auto needed = static_cast<int>(m_panes.size()) * fontMetrics().averageCharWidth() * kPaneWidth;
    if ((width() < needed) != m_tabbed) {
        m_tabbed = !m_tabbed;
        arrange();
    }
}

void ChartDeck::arrange() {
    m_tabs->setVisible(m_tabbed);
    for (int i = 0; i < m_panes.size(); ++i) {
        m_panes[i]->setVisible(!m_tabbed || i == m_tabs->currentIndex());
    }
}

} // namespace gnomon::ui
