// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/change_actions.h"
#include "ui/models/change_flow.h"
#include "ui/views/shell/screen.h"
#include "ui/widgets/panel.h"

class QComboBox;
class QGridLayout;
class QLineEdit;
class QPushButton;
class QRadioButton;
class QSpinBox;

namespace gnomon::ui {

class StateBadge;
class TextLabel;

// The sheet of one change: what is, what would be, what it touches, and the button that does it. Ctrl+Return confirms,
// Return alone never does, and a held key does not repeat into it. Once sent it shows the proof of effect. The flow
// belongs to the caller and outlives the sheet.
class ChangeSheet final : public Panel {
    Q_OBJECT
public:
    ChangeSheet(const ConsoleContext& context, ChangeFlow& flow, QWidget* parent = nullptr);

    // What gets the focus when the sheet opens: the reason, where nothing can be set off by mistake.
    QWidget* firstFocus() const;
    QSize sizeHint() const override;

Q_SIGNALS:
    void closeRequested();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void build();
    void buildOptions(QGridLayout* grid);
    void buildReason(QGridLayout* grid);
    QWidget* addRow(QGridLayout* grid, const QString& title, QWidget* value);
    void fillOptions();
    void askForGenerations();
    void fillGenerations(const std::vector<Generation>& history);
    void optionsChanged();
    void showState();
    void paintProblem(bool alarming);
    void showDirection();
    void showPreview();
    void showEffect();
    void confirm();
    std::string reason() const;
    bool reasonMissing() const;

    const ConsoleContext m_context;
    ChangeFlow& m_flow;
    const QString m_node;
    const port::EnvironmentClass m_environment;
    TextLabel* m_title;
    TextLabel* m_planId;
    StateBadge* m_age;
    TextLabel* m_now;
    TextLabel* m_then;
    TextLabel* m_touches;
    TextLabel* m_dryRun;
    TextLabel* m_changes;
    QWidget* m_notesTitle;
    TextLabel* m_notes;
    TextLabel* m_command;
    QPushButton* m_copy;
    QComboBox* m_version;
    QSpinBox* m_mirror;
    QComboBox* m_generation;
    QList<QRadioButton*> m_reasonKinds;
    QLineEdit* m_reason;
    QWidget* m_effect;
    StateBadge* m_effectBadge;
    TextLabel* m_effectText;
    QPushButton* m_retry;
    TextLabel* m_problem;
    QPushButton* m_skip;
    QPushButton* m_cancel;
    QPushButton* m_confirm;
    TextLabel* m_confirmKey;
    QTimer m_slow;
    bool m_wayBack = true; // as long as nothing else is known: a generation to go back to by itself
    Request m_history;
};

} // namespace gnomon::ui
