// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/shell/screen.h"
#include "ui/widgets/panel.h"

class QLineEdit;
class QListWidget;

namespace gnomon::ui {

// Ctrl+K: everything that can be reached or started, found by a few letters. Running a command that changes something
// opens its sheet; the palette itself never acts.
class CommandPalette final : public Panel {
    Q_OBJECT
public:
    explicit CommandPalette(QList<Command> commands, QWidget* parent = nullptr);
    // The same palette with what can be reached or started by now; what is selected stays selected.
    void setCommands(QList<Command> commands);
    QLineEdit* field() const { return m_field; }
    QSize sizeHint() const override;

Q_SIGNALS:
    void chosen(const gnomon::ui::Command& command);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void filter(const QString& pattern);
    void choose();

    QList<Command> m_commands;
    QLineEdit* m_field;
    QListWidget* m_list;
};

} // namespace gnomon::ui
