// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/connect/connect_screen.h"

#include "ui/bridge/node_session.h"
#include "ui/models/failure.h"
#include "ui/models/format.h"
#include "ui/models/link_words.h"
#include "ui/views/connect/doctor_panel.h"
#include "ui/views/connect/profile_form.h"
#include "ui/widgets/cell_delegate.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/state_badge.h"
#include "ui/widgets/state_pane.h"

#include <QCoreApplication>
#include <QLineEdit>
#include <QPushButton>
#include <QUuid>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

ConnectScreen::ConnectScreen(const ConsoleContext& context, QWidget* parent)
    : Screen(context, parent), m_model(context.fleet) {
    build();
    addKeys();
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &ConnectScreen::choose);
    connect(m_table, &DataTable::rowActivated, this, &ConnectScreen::connectChosen);
    connect(m_form, &ProfileForm::edited, this, &ConnectScreen::showButtons);
    connect(&context.fleet, &Fleet::profilesChanged, this, &ConnectScreen::showButtons);
    connect(&context.fleet, &Fleet::sessionChanged, this, &ConnectScreen::showLink);
    connect(&context.fleet, &Fleet::sessionAdded, this, &ConnectScreen::showButtons);
    connect(&context.fleet, &Fleet::sessionRemoved, this, &ConnectScreen::showButtons);
    connect(&context.fleet, &Fleet::ticked, this, &ConnectScreen::showLink);
    if (m_model.rowCount() > 0) {
        m_table->setCurrentIndex(m_model.index(0, 0));
    }
    showButtons();
}

void ConnectScreen::choose() {
    const ConnectionRow* row = m_model.rowAt(m_table->currentIndex());
    if (row == nullptr || row->profile.id == m_chosen) {
        return;
    }
    m_chosen = row->profile.id;
    m_doctor.reset();
    m_doctorPanel->clear();
    m_form->setProfile(row->profile);
    showButtons();
}

void ConnectScreen::select(const std::string& id) {
    const int row = m_model.rowOf(id);
    if (row >= 0) {
        m_table->setCurrentIndex(m_model.index(row, 0));
    }
}

void ConnectScreen::showButtons() {
    const bool known = context().fleet.profile(m_chosen) != nullptr;
    const bool connected = context().fleet.session(m_chosen) != nullptr;
    const port::ConnectionProfile typed = m_form->profile();
    const QString problem = profileProblem(typed);
    const bool touched = m_form->dirty();
    m_title->setText(typed.name.empty() ? tr("New connection") : QString::fromStdString(typed.name));
    m_problem->setText(touched || known ? problem : QString());
    m_problem->setVisible(!m_problem->text().isEmpty());
    m_test->setEnabled(problem.isEmpty() || typed.plaintext);
    m_save->setEnabled(problem.isEmpty() && (touched || !known));
    m_remove->setEnabled(known);
    m_disconnect->setVisible(connected);
    m_connect->setVisible(!connected || touched);
    m_connect->setText(!known || touched ? tr("Save and connect  ⏎") : tr("Connect  ⏎"));
    m_connect->setEnabled(problem.isEmpty());
    if (m_model.rowCount() == 0) {
        m_listPane->setEmpty(u"connect"_s,
                             tr("No connection yet. Add a node, import the file you were given, or start the practice "
                                "node with “./run demo”."),
                             {tr("Add a node"), [this] { addNew(); }});
    } else {
        m_listPane->setLive();
    }
    showLink();
}

void ConnectScreen::showLink() {
    const NodeSession* session = context().fleet.session(m_chosen);
    m_link->setVisible(session != nullptr);
    m_linkText->setVisible(session != nullptr);
    if (session == nullptr) {
        return;
    }
    const LinkWords words = linkWords(*session, context().time.zone());
    m_link->setState(toneOfCell(words.tone), words.word);
    QString text = words.sentence;
    if (text.isEmpty() && session->node()) {
        const NodeInfo& node = *session->node();
        text = tr("%1, gnomond %2, node id %3.")
                   .arg(QString::fromStdString(printable(node.name)),
                        QString::fromStdString(printable(node.softwareVersion)),
                        QString::fromStdString(printable(node.stamp.id.value)).left(12));
        for (const Listener& listener : node.listeners) {
            text +=
                listener.encrypted
                    ? QString()
                    : tr(" Its listener %1 is UNPROTECTED.").arg(QString::fromStdString(printable(listener.address)));
        }
    }
    m_linkText->setText(text);
}

void ConnectScreen::addNew() {
    m_chosen.clear();
    m_table->clearSelection();
    m_table->setCurrentIndex({});
    m_doctor.reset();
    m_doctorPanel->clear();
    m_form->setProfile({});
    m_form->nameField()->setFocus(Qt::OtherFocusReason);
    showButtons();
}

bool ConnectScreen::save() {
    port::ConnectionProfile profile = m_form->profile();
    if (!profileProblem(profile).isEmpty()) {
        return false;
    }
    if (profile.id.empty()) {
        profile.id = QUuid::createUuid().toString(QUuid::Id128).toStdString();
    }
    const Status saved = context().fleet.saveProfile(profile);
    if (!saved.ok()) {
        Q_EMIT messageRaised(
            {Tone::Act, tr("The connection could not be saved. %1").arg(sentenceOf(saved.error().message)), {}, {}});
        return false;
    }
    m_chosen = profile.id;
    m_form->setProfile(profile);
    select(profile.id);
    showButtons();
    return true;
}

void ConnectScreen::connectChosen() {
    if ((m_form->dirty() || m_chosen.empty()) && !save()) {
        return;
    }
    context().fleet.connectTo(m_chosen);
    showButtons();
}

void ConnectScreen::disconnectChosen() {
    context().fleet.disconnectFrom(m_chosen);
    showButtons();
}

void ConnectScreen::removeChosen() {
    const port::ConnectionProfile* known = context().fleet.profile(m_chosen);
    if (known == nullptr) {
        return;
    }
    const port::ConnectionProfile removed = *known;
    const Status status = context().fleet.removeProfile(removed.id);
    if (!status.ok()) {
        Q_EMIT messageRaised(
            {Tone::Act, tr("The connection could not be removed. %1").arg(sentenceOf(status.error().message)), {}, {}});
        return;
    }
    Q_EMIT messageRaised(
        {Tone::Info, tr("%1 was removed.").arg(QString::fromStdString(removed.name)), tr("Undo"), [this, removed] {
             if (context().fleet.saveProfile(removed).ok()) {
                 select(removed.id);
             }
         }});
    m_chosen.clear();
    if (m_model.rowCount() > 0) {
        m_table->setCurrentIndex(m_model.index(0, 0));
        choose();
    } else {
        m_form->setProfile({});
    }
    showButtons();
}

void ConnectScreen::examine() {
    if (m_doctor && m_doctor->running()) {
        m_doctor->cancel();
        return;
    }
    m_doctorPanel->clear();
    m_doctor =
        std::make_unique<ConnectionDoctor>(context().fleet, m_form->profile(), QCoreApplication::applicationVersion());
    connect(m_doctor.get(), &ConnectionDoctor::changed, this, [this] {
        m_doctorPanel->setSteps(m_doctor->steps());
        m_test->setText(m_doctor->running() ? tr("Cancel the test") : tr("Test"));
    });
    m_doctor->start();
}

QList<Command> ConnectScreen::commands() {
    QList<Command> list = {{tr("Add a connection"), tr("Ctrl+N"), [this] { addNew(); }},
                           {tr("Import connections from a file"), tr("Ctrl+O"), [this] { chooseImport(); }}};
    for (const port::ConnectionProfile& profile : context().fleet.profiles()) {
        const bool connected = context().fleet.session(profile.id) != nullptr;
        list.append({(connected ? tr("Disconnect %1") : tr("Connect %1")).arg(QString::fromStdString(profile.name)),
                     environmentWord(profile.environment), [this, connected, id = profile.id] {
                         connected ? context().fleet.disconnectFrom(id)
                                   : static_cast<void>(context().fleet.connectTo(id));
                     }});
    }
    return list;
}

QList<KeyHelp> ConnectScreen::keys() const {
    return {{tr("Return"), tr("connect the chosen one")},
            {tr("Ctrl+N"), tr("add a connection")},
            {tr("Ctrl+O"), tr("import connections from a file")},
            {tr("F2"), tr("rename")},
            {tr("Del"), tr("remove; can be undone")}};
}

ScreenEntry connectScreen() {
    return {u"connect"_s, ConnectScreen::tr("Connect"), u"connect"_s, QKeySequence(Qt::ALT | Qt::Key_5),
            [](const ConsoleContext& context, QWidget* parent) { return new ConnectScreen(context, parent); }};
}

} // namespace gnomon::ui
