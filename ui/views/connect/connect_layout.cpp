// SPDX-License-Identifier: GPL-3.0-or-later
// How the connect screen is laid out; what it does is in connect_screen.cpp.
#include "ui/views/connect/connect_screen.h"

#include "ui/views/connect/doctor_panel.h"
#include "ui/views/connect/profile_form.h"
#include "ui/widgets/cell_delegate.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/state_badge.h"
#include "ui/widgets/state_pane.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLineEdit>
#include <QPushButton>
#include <QShortcut>
#include <QVBoxLayout>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

void ConnectScreen::build() {
    auto* page = new QHBoxLayout(this);
    const int large = px(this, theme::kDistances.large);
    page->setContentsMargins(large, large, large, large);
    page->setSpacing(2 * large);
    page->addWidget(buildList());
    page->addWidget(buildDetails(), 8);
    page->addStretch(1);
    setFocusProxy(m_table);
}

QWidget* ConnectScreen::buildList() {
    auto* side = new QWidget(this);
    side->setFixedWidth(px(this, 26));
    auto* column = new QVBoxLayout(side);
    column->setContentsMargins({});
    column->setSpacing(px(this, theme::kDistances.medium));
    m_table = new DataTable(side);
    m_table->setObjectName(u"connectionTable"_s);
    m_table->setAccessibleName(tr("Connections"));
    m_table->setModel(&m_model);
    m_table->setItemDelegate(new CellDelegate(m_table));
    m_table->setColumnWidth(ConnectionModel::StateColumn, px(this, 8));
    m_table->setColumnWidth(ConnectionModel::NameColumn, px(this, 9));
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_table->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_listPane = new StatePane(m_table, side);
    m_listPane->setObjectName(u"connectionPane"_s);
    column->addWidget(m_listPane, 1);
    auto* buttons = new QHBoxLayout;
    m_add = new QPushButton(lineIcon(u"plus"_s), tr("Add"), side);
    m_add->setObjectName(u"connectionAdd"_s);
    m_import = new QPushButton(tr("Import…"), side);
    m_import->setObjectName(u"connectionImport"_s);
    m_import->setToolTip(tr("Take over the connections that somebody gave you as a file (Ctrl+O)"));
    m_remove = new QPushButton(lineIcon(u"trash"_s), tr("Remove"), side);
    m_remove->setObjectName(u"connectionRemove"_s);
    buttons->addWidget(m_add);
    buttons->addWidget(m_import);
    buttons->addWidget(m_remove);
    buttons->addStretch();
    column->addLayout(buttons);
    connect(m_add, &QPushButton::clicked, this, &ConnectScreen::addNew);
    connect(m_import, &QPushButton::clicked, this, &ConnectScreen::chooseImport);
    connect(m_remove, &QPushButton::clicked, this, &ConnectScreen::removeChosen);
    return side;
}

QWidget* ConnectScreen::buildDetails() {
    auto* details = new QWidget(this);
    details->setMaximumWidth(px(this, 50));
    auto* column = new QVBoxLayout(details);
    column->setContentsMargins({});
    const int small = px(this, theme::kDistances.small);
    column->setSpacing(small);
    auto* head = new QHBoxLayout;
    head->setSpacing(px(this, theme::kDistances.medium));
    m_title = new TextLabel(TextStyle::Title, {}, details);
    m_title->setObjectName(u"connectionTitle"_s);
    m_link = new StateBadge(details);
    m_link->setObjectName(u"connectionLink"_s);
    head->addWidget(m_title);
    head->addWidget(m_link);
    head->addStretch();
    m_linkText = new TextLabel(TextStyle::Muted, {}, details);
    m_linkText->setObjectName(u"connectionLinkText"_s);
    m_linkText->setWordWrap(true);
    m_form = new ProfileForm(details);
    m_form->setObjectName(u"connectionForm"_s);
    m_problem = new TextLabel(TextStyle::Body, {}, details);
    m_problem->setObjectName(u"connectionProblem"_s);
    m_problem->setWordWrap(true);
    m_doctorPanel = new DoctorPanel(details);
    m_doctorPanel->hide();
    const auto button = [&](const QString& text, const QString& name) {
        auto* made = new QPushButton(text, details);
        made->setObjectName(name);
        return made;
    };
    m_test = button(tr("&Test"), u"connectionTest"_s);
    m_test->setIcon(lineIcon(u"stethoscope"_s));
    m_save = button(tr("Save"), u"connectionSave"_s);
    m_disconnect = button(tr("Disconnect"), u"connectionDisconnect"_s);
    m_connect = button({}, u"connectionConnect"_s);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_test);
    buttons->addStretch();
    for (QPushButton* right : {m_save, m_disconnect, m_connect}) {
        buttons->addWidget(right);
    }
    column->addLayout(head);
    column->addWidget(m_linkText);
    column->addSpacing(small);
    column->addWidget(m_form);
    column->addWidget(m_problem);
    column->addSpacing(small);
    column->addLayout(buttons);
    column->addSpacing(small);
    column->addWidget(m_doctorPanel);
    column->addStretch();
    connect(m_test, &QPushButton::clicked, this, &ConnectScreen::examine);
    connect(m_save, &QPushButton::clicked, this, &ConnectScreen::save);
    connect(m_disconnect, &QPushButton::clicked, this, &ConnectScreen::disconnectChosen);
    connect(m_connect, &QPushButton::clicked, this, &ConnectScreen::connectChosen);
    return details;
}

void ConnectScreen::addKeys() {
    const auto key = [this](const QKeySequence& sequence, QWidget* where, auto run) {
        auto* shortcut = new QShortcut(sequence, where);
        shortcut->setContext(Qt::WidgetWithChildrenShortcut);
        shortcut->setAutoRepeat(false);
        connect(shortcut, &QShortcut::activated, this, run);
    };
    key(QKeySequence(Qt::CTRL | Qt::Key_N), this, [this] { addNew(); });
    key(QKeySequence(Qt::CTRL | Qt::Key_O), this, [this] { chooseImport(); });
    key(QKeySequence(Qt::Key_F2), this, [this] {
        m_form->nameField()->setFocus(Qt::ShortcutFocusReason);
        m_form->nameField()->selectAll();
    });
    key(QKeySequence(Qt::Key_Delete), m_table, [this] { removeChosen(); });
    for (QLineEdit* field : m_form->findChildren<QLineEdit*>()) {
        connect(field, &QLineEdit::returnPressed, this, &ConnectScreen::connectChosen);
    }
}

} // namespace gnomon::ui
