// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>
#include <QWidget>

namespace gnomon::ui {

// Lies over a pane's content without catching the pointer: dims it under a thin running bar while something newer is
// on its way, or hatches it when it is stale. Follows the size of its parent.
class PaneOverlay final : public QWidget {
    Q_OBJECT
public:
    enum class Look { None, Dimmed, Hatched };
    explicit PaneOverlay(QWidget* over);
    void setLook(Look look);
    Look look() const { return m_look; }

protected:
    void paintEvent(QPaintEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    Look m_look = Look::None;
    QTimer m_animation;
    int m_step = 0;
};

} // namespace gnomon::ui
