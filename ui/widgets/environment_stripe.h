// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "ui/widgets/tokens.h"

namespace gnomon::ui {

// How an environment looks everywhere: a colour, a pattern and its word.
enum class EnvironmentLook { None, Production, Test, Practice };
QColor environmentColor(const theme::Colors& colors, EnvironmentLook look);
void paintEnvironment(QPainter& painter, const QRect& rect, EnvironmentLook look, const theme::Colors& colors);

// The bar on top of every window: a stripe across it and, beneath, the word with what is connected.
class EnvironmentStripe final : public QWidget {
    Q_OBJECT
public:
    explicit EnvironmentStripe(QWidget* parent = nullptr);
    // word: "PRODUCTION"; details: "eu-1 · gnomond 0.1.0 · read-write as ada".
    void setEnvironment(EnvironmentLook look, const QString& word, const QString& details);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    EnvironmentLook m_look = EnvironmentLook::None;
    QString m_word;
    QString m_details;
};

} // namespace gnomon::ui
