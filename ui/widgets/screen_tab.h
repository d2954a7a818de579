// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractButton>

namespace gnomon::ui {

// A flat tab with an icon and a word; the current one is underlined.
class ScreenTab final : public QAbstractButton {
    Q_OBJECT
public:
    ScreenTab(const QIcon& icon, const QString& text, QWidget* parent = nullptr);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void enterEvent(QEnterEvent* event) override;
    void leaveEvent(QEvent* event) override;
};

} // namespace gnomon::ui
