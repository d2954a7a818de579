// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>

namespace gnomon::ui {

// How a label reads: a page's title, a heading over a group, ordinary text, or what is not the point.
enum class TextStyle { Title, Heading, Body, Muted, Fixed };

// A label in that style that follows the theme. Plain text unless told otherwise: peers' words are never markup.
class TextLabel final : public QLabel {
    Q_OBJECT
public:
    explicit TextLabel(TextStyle style, const QString& text = {}, QWidget* parent = nullptr);

    // On one line in whatever room there is, dots where it ends; give it the tooltip.
    void setOneLine();

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void restyle();

    const TextStyle m_style;
    bool m_oneLine = false;
    bool m_restyling = false;
};

} // namespace gnomon::ui
