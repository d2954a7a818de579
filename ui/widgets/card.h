// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

class QLabel;
class QVBoxLayout;
class QHBoxLayout;

namespace gnomon::ui {

// A pane on the surface colour with a hairline around it, an optional title and room beside the title.
class Card final : public QFrame {
    Q_OBJECT
public:
    explicit Card(QWidget* parent = nullptr);

    // Adds a title line above what follows; returns the space to its right.
    QHBoxLayout* addTitle(const QString& title);
    QLabel* titleLabel() const { return m_title; }
    void add(QWidget* widget, int stretch = 0);
    void add(QLayout* layout, int stretch = 0);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QVBoxLayout* m_column;
    QLabel* m_title = nullptr;
};

} // namespace gnomon::ui
