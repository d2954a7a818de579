// SPDX-License-Identifier: GPL-3.0-or-later
// What the window can be told by keys, menu and palette, and what it remembers; the rest is in main_window.cpp.
#include "ui/bridge/node_session.h"
#include "ui/models/change_actions.h"
#include "ui/models/comparison_words.h"
#include "ui/models/format.h"
#include "ui/views/shell/main_window.h"
#include "ui/views/shell/screen_bar.h"
#include "ui/widgets/overlay_layer.h"

#include <QActionGroup>
#include <QMenu>
#include <QShortcut>
#include <QStackedWidget>
#include <QToolButton>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

const std::pair<ThemeChoice, const char*> kThemes[] = {
    {ThemeChoice::System, QT_TRANSLATE_NOOP("MainWindow", "As the desktop")},
    {ThemeChoice::Light, QT_TRANSLATE_NOOP("MainWindow", "Light")},
    {ThemeChoice::Dark, QT_TRANSLATE_NOOP("MainWindow", "Dark")}};

QByteArray fromStored(const std::string& value) {
    return QByteArray::fromBase64(QByteArray::fromStdString(value));
}

std::string toStored(const QByteArray& value) {
    return value.toBase64().toStdString();
}

} // namespace

// Keys that act on what lies beneath are silent while a sheet is open. Single letters are left to a field that is being
// typed in: it claims them before a shortcut can.
void MainWindow::addKey(const QKeySequence& key, std::function<void()> run) {
    auto* shortcut = new QShortcut(key, this);
    shortcut->setAutoRepeat(false);
    connect(shortcut, &QShortcut::activated, this, [this, run = std::move(run)] {
        if (!m_layer->isOpen()) {
            run();
        }
    });
}

void MainWindow::addKeys() {
    for (const ScreenEntry& entry : m_entries) {
        addKey(entry.key, [this, id = entry.id] { showScreen(id); });
    }
    addKey(QKeySequence(Qt::CTRL | Qt::Key_Tab), [this] { next(1); });
    addKey(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Backtab), [this] { next(-1); });
    addKey(QKeySequence(Qt::CTRL | Qt::Key_K), [this] { openPalette(); });
    addKey(QKeySequence(Qt::Key_Slash), [this] { screen(currentScreen())->focusFilter(); });
    addKey(QKeySequence(Qt::Key_Question), [this] { openKeySheet(); });
    addKey(QKeySequence(Qt::Key_F1), [this] { openKeySheet(); });
    addKey(QKeySequence(Qt::Key_F5), [this] { screen(currentScreen())->refresh(); });
    addKey(QKeySequence(Qt::Key_F8), [this] { fallBack(); });
    addKey(QKeySequence(Qt::Key_U), [this] { m_context.time.setUtc(!m_context.time.utc()); });
    auto* escapeKey = new QShortcut(QKeySequence(Qt::Key_Escape), this);
    escapeKey->setAutoRepeat(false);
    connect(escapeKey, &QShortcut::activated, this, &MainWindow::escape);
}

void MainWindow::fillMenu() {
    auto* menu = new QMenu(this);
    QMenu* themes = menu->addMenu(tr("Theme"));
    auto* group = new QActionGroup(themes);
    for (const auto& [choice, name] : kThemes) {
        QAction* action = themes->addAction(tr(name));
        action->setCheckable(true);
        action->setActionGroup(group);
        action->setData(QVariant::fromValue(static_cast<int>(choice)));
        connect(action, &QAction::triggered, this, [this, wanted = choice] { m_theme.setChoice(wanted); });
    }
    connect(themes, &QMenu::aboutToShow, this, [this, group] {
        for (QAction* action : group->actions()) {
            action->setChecked(action->data().toInt() == static_cast<int>(m_theme.choice()));
        }
    });
    menu->addAction(tr("Times in UTC or local"), this, [this] { m_context.time.setUtc(!m_context.time.utc()); });
    menu->addAction(tr("Keys"), this, &MainWindow::openKeySheet);
    menu->addSeparator();
    menu->addAction(tr("Quit"), this, &QWidget::close);
    m_bar->menuButton()->setMenu(menu);
}

// What can be done to the selected endpoint now, on whatever screen.
QList<Command> MainWindow::changeCommands() {
    const NodeSession* session = m_context.session();
    const EndpointSnapshot* now = session != nullptr ? session->endpoint(m_context.selection.endpoint()) : nullptr;
    QList<Command> list;
    if (now == nullptr || session->profile().readOnly) {
        return list;
    }
    const auto principal = m_principalOf == session->profile().id ? m_principal : std::nullopt;
    for (const ChangeAction& action :
         changeActions(*now, static_cast<std::size_t>(now->generation.number.value), principal)) {
        if (action.blocked.isEmpty()) {
            const QString name = QString::fromStdString(now->settings.name.value);
            list.append({tr("%1 %2 on %3…").arg(changeVerb(action.kind), name, session->name()),
                         action.kind == ChangeKind::Fallback ? u"F8"_s : tr("opens the sheet"),
                         [this, request = action.request] { openChange(request); }});
        }
    }
    return list;
}

QList<Command> MainWindow::commands() {
    QList<Command> list;
    for (const ScreenEntry& entry : m_entries) {
        list.append({tr("Go to %1").arg(entry.title), entry.key.toString(QKeySequence::NativeText),
                     [this, id = entry.id] { showScreen(id); }});
    }
    list += screen(currentScreen())->commands();
    list += changeCommands();
    for (const NodeSession* session : m_context.fleet.sessions()) {
        if (session->latest() == nullptr) {
            continue;
        }
        for (const EndpointSnapshot& snapshot : session->latest()->endpoints) {
            const QString name = QString::fromStdString(snapshot.settings.name.value);
            const auto choose = [this, profile = session->profile().id, endpoint = snapshot.settings.name] {
                m_context.selection.select(profile, endpoint);
            };
            for (const ScreenEntry& entry : m_entries) {
                if (entry.id == "compare"_L1 || entry.id == "control"_L1) {
                    list.append(
                        {tr("%1 %2 on %3").arg(entry.title, name, session->name()), {}, [this, choose, id = entry.id] {
                             choose();
                             showScreen(id);
                         }});
                }
            }
            const bool selected =
                session == m_context.session() && snapshot.settings.name == m_context.selection.endpoint();
            if (!selected && !session->profile().readOnly) { // those of the selected one are there already
                const ChangeKind kind = modeChangeFrom(snapshot.generation.deployment.mode);
                list.append({tr("%1 %2 on %3…").arg(changeVerb(kind), name, session->name()), tr("opens the sheet"),
                             [this, choose, kind, endpoint = snapshot.settings.name] {
                                 choose();
                                 changeMode(endpoint, kind);
                             }});
            }
        }
    }
    for (const auto& [choice, name] : kThemes) {
        list.append({tr("Theme: %1").arg(tr(name)), {}, [this, wanted = choice] { m_theme.setChoice(wanted); }});
    }
    list.append({m_context.time.utc() ? tr("Show local times") : tr("Show times in UTC"), tr("U"),
                 [this] { m_context.time.setUtc(!m_context.time.utc()); }});
    list.append({tr("Keys"), tr("F1"), [this] { openKeySheet(); }});
    return list;
}

std::string MainWindow::memory(const std::string& key) {
    const auto value = m_context.store.setting(key);
    return value.ok() ? *value : std::string(); // what cannot be remembered starts afresh
}

void MainWindow::restore() {
    restoreGeometry(fromStored(memory("window.geometry")));
    m_context.time.setUtc(memory("window.zone") != "local");
    if (m_theme.choice() == ThemeChoice::System) { // nothing else was asked for at start
        const std::string theme = memory("window.theme");
        m_theme.setChoice(theme == "dark"    ? ThemeChoice::Dark
                          : theme == "light" ? ThemeChoice::Light
                                             : ThemeChoice::System);
    }
    for (std::size_t i = 0; i < m_entries.size(); ++i) {
        const QByteArray state = fromStored(memory("screen." + m_entries[i].id.toStdString()));
        if (!state.isEmpty()) {
            m_screens[i]->restoreState(state);
        }
    }
    const std::string endpoint = memory("selection.endpoint");
    if (!endpoint.empty()) {
        m_context.selection.select(memory("selection.profile"), EndpointName(endpoint));
    }
    const QString current = QString::fromStdString(memory("window.screen"));
    const bool nothingKnown = m_context.fleet.profiles().empty();
    showScreen(nothingKnown ? u"connect"_s : current.isEmpty() ? m_entries.front().id : current);
    if (currentScreen().isEmpty() || m_stack->currentIndex() < 0) {
        showScreen(m_entries.front().id);
    }
}

void MainWindow::save() {
    const auto keep = [this](const std::string& key, const std::string& value) {
        // Layout is a convenience: failing to keep it is no reason to hold up the end of the program.
        static_cast<void>(m_context.store.setSetting(key, value).ok());
    };
    keep("window.geometry", toStored(saveGeometry()));
    keep("window.zone", m_context.time.utc() ? "utc" : "local");
    keep("window.screen", currentScreen().toStdString());
    keep("window.theme", m_theme.choice() == ThemeChoice::Dark    ? "dark"
                         : m_theme.choice() == ThemeChoice::Light ? "light"
                                                                  : "system");
    keep("selection.profile", m_context.selection.profile());
    keep("selection.endpoint", m_context.selection.endpoint().value);
    for (std::size_t i = 0; i < m_entries.size(); ++i) {
        keep("screen." + m_entries[i].id.toStdString(), toStored(m_screens[i]->saveState()));
    }
}

} // namespace gnomon::ui
