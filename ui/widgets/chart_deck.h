// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QWidget>

class QTabBar;

namespace gnomon::ui {

// Panes side by side where there is room for each, else one at a time under tabs.
class ChartDeck final : public QWidget {
    Q_OBJECT
public:
    explicit ChartDeck(QWidget* parent = nullptr);

    void add(QWidget* pane, const QString& title);
    // Brings the pane to the front and gives it the focus.
    void raisePane(QWidget* pane);
    // One pane must fit, not all of them.
    QSize minimumSizeHint() const override;
    bool tabbed() const { return m_tabbed; }

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void arrange();

    QTabBar* m_tabs;
    QList<QWidget*> m_panes;
    bool m_tabbed = false;
};

} // namespace gnomon::ui
