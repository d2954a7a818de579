// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "ui/widgets/tokens.h"

namespace gnomon::ui {

// A state as shape, word and colour.
class StateBadge final : public QWidget {
    Q_OBJECT
public:
    explicit StateBadge(QWidget* parent = nullptr);
    void setState(Tone tone, const QString& word);
    Tone tone() const { return m_tone; }
    const QString& word() const { return m_word; }
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    Tone m_tone = Tone::Open;
    QString m_word;
};

} // namespace gnomon::ui
