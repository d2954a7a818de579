// SPDX-License-Identifier: GPL-3.0-or-later
// How the change sheet is laid out; what it does is in change_sheet.cpp.
#include "ui/views/control/change_sheet.h"

#include "ui/widgets/icons.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/state_badge.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QGridLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QShortcut>
#include <QSpinBox>
#include <QVBoxLayout>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr std::chrono::seconds kSlowPlan{2};

TextLabel* value(const QString& name, QWidget* parent, TextStyle style = TextStyle::Body) {
    auto* label = new TextLabel(style, {}, parent);
    label->setObjectName(name);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    label->setFocusPolicy(Qt::NoFocus);
    return label;
}

} // namespace

QWidget* ChangeSheet::addRow(QGridLayout* grid, const QString& title, QWidget* cell) {
    const int row = grid->rowCount();
    auto* label = new TextLabel(TextStyle::Muted, title, this);
    // Beside the first line of a text, but in the middle of a field.
    const bool text = qobject_cast<QLabel*>(cell) != nullptr;
    grid->addWidget(label, row, 0, Qt::AlignLeft | (text ? Qt::AlignTop : Qt::AlignVCenter));
    grid->addWidget(cell, row, 1);
    if (cell->accessibleName().isEmpty()) {
        cell->setAccessibleName(title);
    }
    return label;
}

void ChangeSheet::build() {
    setObjectName(u"changeSheet"_s);
    const int large = px(this, theme::kDistances.large);
    const int small = px(this, theme::kDistances.small);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(large, large, large, large);
    column->setSpacing(small);

    auto* head = new QHBoxLayout;
    m_title = value(u"changeTitle"_s, this, TextStyle::Title);
    m_planId = value(u"changePlan"_s, this, TextStyle::Muted);
    m_planId->setWordWrap(false);
    head->addWidget(m_title, 1);
    head->addWidget(m_planId, 0, Qt::AlignTop);
    column->addLayout(head);
    m_age = new StateBadge(this);
    m_age->setObjectName(u"changeAge"_s);
    column->addWidget(m_age);
    column->addSpacing(small);

    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(large);
    grid->setVerticalSpacing(small);
    grid->setColumnStretch(1, 1);
    grid->setColumnMinimumWidth(0, px(this, 5.5));
    m_now = value(u"changeNow"_s, this);
    m_then = value(u"changeThen"_s, this, TextStyle::Heading);
    m_touches = value(u"changeTouches"_s, this);
    m_dryRun = value(u"changeDryRun"_s, this);
    m_changes = value(u"changeFields"_s, this);
    m_notes = value(u"changeNotes"_s, this);
    addRow(grid, tr("Now"), m_now);
    addRow(grid, tr("Then"), m_then);
    buildOptions(grid);
    addRow(grid, tr("Touches"), m_touches);
    addRow(grid, tr("Dry run"), m_dryRun);
    addRow(grid, tr("Changes"), m_changes);
    m_notesTitle = addRow(grid, tr("Notes"), m_notes);
    buildReason(grid);
    auto* cli = new QWidget(this);
    auto* cliRow = new QHBoxLayout(cli);
    cliRow->setContentsMargins({});
    m_command = value(u"changeCommand"_s, cli, TextStyle::Fixed);
    m_copy = new QPushButton(lineIcon(u"copy"_s), tr("Copy"), cli);
    m_copy->setObjectName(u"changeCopy"_s);
    m_copy->setAccessibleName(tr("Copy the command line"));
    connect(m_copy, &QPushButton::clicked, this, [this] { QApplication::clipboard()->setText(m_command->text()); });
    cliRow->addWidget(m_command, 1);
    cliRow->addWidget(m_copy);
    addRow(grid, tr("CLI"), cli);
    column->addLayout(grid);

    m_effect = new QWidget(this);
    m_effect->setObjectName(u"proofStrip"_s);
    auto* effectRow = new QHBoxLayout(m_effect);
    effectRow->setContentsMargins(0, small, 0, small);
    effectRow->setSpacing(px(this, theme::kDistances.medium));
    m_effectBadge = new StateBadge(m_effect);
    m_effectBadge->setObjectName(u"proofNode"_s);
    m_effectText = value(u"proofText"_s, m_effect);
    m_retry = new QPushButton(m_effect);
    m_retry->setObjectName(u"proofRetry"_s);
    connect(m_retry, &QPushButton::clicked, &m_flow, &ChangeFlow::awaitProof);
    effectRow->addWidget(m_effectBadge, 0, Qt::AlignTop);
    effectRow->addWidget(m_effectText, 1);
    effectRow->addWidget(m_retry, 0, Qt::AlignTop);
    column->addWidget(m_effect);

    m_problem = value(u"changeProblem"_s, this);
    column->addWidget(m_problem);
    column->addSpacing(small);

    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(px(this, theme::kDistances.medium));
    m_skip = new QPushButton(tr("Skip the dry run"), this);
    m_skip->setObjectName(u"changeSkipDryRun"_s);
    m_skip->hide();
    m_cancel = new QPushButton(this);
    m_cancel->setObjectName(u"changeCancel"_s);
    m_confirmKey = new TextLabel(TextStyle::Muted, tr("Ctrl+Return"), this);
    m_confirm = new QPushButton(this);
    m_confirm->setObjectName(u"changeConfirm"_s);
    for (QPushButton* button : {m_skip, m_cancel, m_confirm, m_retry, m_copy}) {
        button->setAutoDefault(false); // Return alone never confirms
        button->setDefault(false);
    }
    buttons->addWidget(m_skip);
    buttons->addStretch();
    buttons->addWidget(m_cancel);
    buttons->addWidget(m_confirmKey);
    buttons->addWidget(m_confirm);
    column->addLayout(buttons);

    connect(m_cancel, &QPushButton::clicked, this, &ChangeSheet::closeRequested);
    connect(m_confirm, &QPushButton::clicked, this, &ChangeSheet::confirm);
    connect(m_skip, &QPushButton::clicked, this, [this] {
        ChangeRequest request = m_flow.request();
        request.skipDryRun = true;
        m_flow.plan(request);
    });
    m_slow.setSingleShot(true);
    m_slow.setInterval(kSlowPlan);
    connect(&m_slow, &QTimer::timeout, m_skip, &QWidget::show);
    for (const int key : {Qt::Key_Return, Qt::Key_Enter}) {
        auto* shortcut = new QShortcut(QKeySequence(Qt::CTRL | Qt::Key(key)), this);
        shortcut->setContext(Qt::WidgetWithChildrenShortcut);
        shortcut->setAutoRepeat(false);
        connect(shortcut, &QShortcut::activated, this, &ChangeSheet::confirm);
    }
}

void ChangeSheet::buildOptions(QGridLayout* grid) {
    m_version = new QComboBox(this);
    m_version->setObjectName(u"changeVersion"_s);
    m_mirror = new QSpinBox(this);
    m_mirror->setObjectName(u"changeMirror"_s);
    m_mirror->setRange(1, 100);
    m_mirror->setSuffix(tr(" % of requests"));
    m_generation = new QComboBox(this);
    m_generation->setObjectName(u"changeGeneration"_s);
    m_generation->setPlaceholderText(tr("choose one"));
    m_generation->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    const ChangeKind kind = m_flow.request().kind;
    const auto option = [&](const QString& title, QWidget* field, bool wanted) {
        field->setVisible(wanted);
        if (wanted) {
            addRow(grid, title, field);
        }
    };
    option(tr("Version"), m_version, m_flow.request().version.has_value());
    option(tr("Mirror"), m_mirror, m_flow.request().mirrorPercent.has_value());
    option(tr("Generation"), m_generation, kind == ChangeKind::Rollback);
}

void ChangeSheet::buildReason(QGridLayout* grid) {
    auto* box = new QWidget(this);
    auto* row = new QHBoxLayout(box);
    row->setContentsMargins({});
    row->setSpacing(px(this, theme::kDistances.medium));
    const std::pair<QString, QString> kinds[] = {{u"reasonRegression"_s, tr("Regression seen")},
                                                 {u"reasonIncident"_s, tr("Incident")},
                                                 {u"reasonDrill"_s, tr("Drill")}};
    for (const auto& [name, text] : kinds) {
        auto* kind = new QRadioButton(text, box);
        kind->setObjectName(name);
        row->addWidget(kind);
        m_reasonKinds.append(kind);
    }
    m_reason = new QLineEdit(box);
    m_reason->setObjectName(u"changeReason"_s);
    m_reason->setAccessibleName(tr("Reason"));
    m_reason->setMaxLength(400);
    row->addWidget(m_reason, 1);
    addRow(grid, tr("Reason"), box);
}

QSize ChangeSheet::sizeHint() const {
    const int width = px(this, 46);
    const int height = layout()->hasHeightForWidth() ? layout()->heightForWidth(width) : layout()->sizeHint().height();
    return {width, height};
}

} // namespace gnomon::ui
