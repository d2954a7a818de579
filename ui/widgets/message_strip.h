// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QTimer>

#include "ui/widgets/tokens.h"

#include <functional>

class QLabel;
class QPushButton;
class QToolButton;

namespace gnomon::ui {

class StateBadge;

// One line for information, warnings and undo, in place of a modal box. Calm messages go by themselves after ten
// seconds; those that ask for something stay until they are closed.
class MessageStrip final : public QFrame {
    Q_OBJECT
public:
    explicit MessageStrip(QWidget* parent = nullptr);
    // With an action's text, a button that runs it once and closes the strip.
    void showMessage(Tone tone, const QString& text, const QString& action = {}, std::function<void()> run = {});
    void dismiss();
    QString text() const;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    StateBadge* m_badge;
    QLabel* m_text;
    QPushButton* m_action;
    QToolButton* m_close;
    QTimer m_timer;
    Tone m_tone = Tone::Info;
    std::function<void()> m_run;
};

} // namespace gnomon::ui
