// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/shell/main_window.h"

#include "ui/bridge/node_session.h"
#include "ui/models/change_words.h"
#include "ui/models/evidence_format.h"
#include "ui/models/format.h"
#include "ui/views/control/change_sheet.h"
#include "ui/views/shell/command_palette.h"
#include "ui/views/shell/environment_look.h"
#include "ui/views/shell/key_sheet.h"
#include "ui/views/shell/link_bar.h"
#include "ui/views/shell/screen_bar.h"
#include "ui/widgets/message_strip.h"
#include "ui/widgets/overlay_layer.h"
#include "ui/widgets/tab_order.h"

#include <QCloseEvent>
#include <QLineEdit>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <utility>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

// Where the person was last on this screen; else its main view, or what is shown in its place, which hands the
// focus on; else the first thing there that takes the keyboard.
void focusInside(QWidget& screen, QWidget* last) {
    for (QWidget* widget : {last, screen.focusProxy()}) {
        if (widget != nullptr && widget->isVisibleTo(&screen) && widget->isEnabled()) {
            widget->setFocus(Qt::OtherFocusReason);
            return;
        }
    }
    QWidget* place = &screen;
    for (QWidget* widget = screen.focusProxy(); widget != nullptr && widget != &screen;
         widget = widget->parentWidget()) {
        if (const auto* stack = qobject_cast<QStackedWidget*>(widget)) {
            place = stack->currentWidget();
        }
    }
    QWidget* first = neighbourInTabOrder(*place, *place, true);
    (first != nullptr ? first : place)->setFocus(Qt::OtherFocusReason);
}

} // namespace

MainWindow::MainWindow(const ConsoleContext& context, Theme& theme, std::vector<ScreenEntry> screens, QWidget* parent)
    : QWidget(parent), m_context(context), m_theme(theme), m_entries(std::move(screens)) {
    build();
    addKeys();
    fillMenu();
    restore();
    const auto environment = [this] { showEnvironment(); };
    connect(&context.selection, &Selection::changed, this, environment);
    connect(&context.fleet, &Fleet::sessionAdded, this, environment);
    connect(&context.fleet, &Fleet::sessionRemoved, this, environment);
    connect(&context.fleet, &Fleet::sessionAdded, this, &MainWindow::followSession);
    connect(&context.fleet, &Fleet::sessionAboutToBeRemoved, this, &MainWindow::forgetPrincipal);
    for (NodeSession* session : context.fleet.sessions()) {
        followSession(session);
    }
    showEnvironment();
}

MainWindow::~MainWindow() = default;

void MainWindow::followSession(NodeSession* session) {
    connect(session, &NodeSession::linkChanged, this, &MainWindow::showEnvironment);
    connect(session, &NodeSession::nodeRestarted, this, [this, session] {
        m_messages->showMessage(Tone::Info, tr("%1 has restarted: same node, new start.").arg(session->name()));
    });
    connect(session, &NodeSession::nodeReplaced, this, [this, session] {
        forgetPrincipal(session);
        showEnvironment();
        m_messages->showMessage(Tone::Act,
                                tr("Another node answers at the address of %1. What was known of the old one "
                                   "is gone from the screen; check before you change anything.")
                                    .arg(session->name()));
    });
}

void MainWindow::build() {
    setObjectName(u"mainWindow"_s);
    setWindowTitle(tr("Gnomon"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins({});
    column->setSpacing(0);
    m_stripe = new EnvironmentStripe(this);
    m_stripe->setObjectName(u"environmentStripe"_s);
    m_bar = new ScreenBar(m_context, m_entries, this);
    m_messages = new MessageStrip(this);
    m_stack = new QStackedWidget(this);
    m_stack->setObjectName(u"screens"_s);
    column->addWidget(m_stripe);
    column->addWidget(m_bar);
    column->addWidget(m_messages);
    column->addWidget(m_stack, 1);
    column->addWidget(new LinkBar(m_context, this));
    for (const ScreenEntry& entry : m_entries) {
        Screen* screen = entry.make(m_context, m_stack);
        screen->setObjectName(entry.id + u"Screen"_s);
        screen->setAccessibleName(entry.title);
        m_stack->addWidget(screen);
        m_screens.push_back(screen);
        connect(screen, &Screen::screenRequested, this, &MainWindow::showScreen);
        connect(screen, &Screen::changeRequested, this, &MainWindow::openChange);
        connect(screen, &Screen::messageRaised, this, [this](const Message& message) {
            m_messages->showMessage(message.tone, message.text, message.action, message.run);
        });
    }
    m_layer = &OverlayLayer::of(*this);
    connect(m_layer, &OverlayLayer::closed, this, &MainWindow::layerClosed);
    connect(m_bar, &ScreenBar::screenChosen, this,
            [this](int i) { showScreen(m_entries[static_cast<std::size_t>(i)].id); });
    connect(m_bar, &ScreenBar::paletteRequested, this, &MainWindow::openPalette);
    resize(px(this, 76), px(this, 48));
}

void MainWindow::showScreen(const QString& id) {
    for (std::size_t i = 0; i < m_entries.size(); ++i) {
        if (m_entries[i].id == id) {
            QWidget* last = m_screens[i]->focusWidget(); // before the stack chooses one by itself
            m_stack->setCurrentWidget(m_screens[i]);
            m_bar->setCurrent(static_cast<int>(i));
            focusInside(*m_screens[i], last);
            setWindowTitle(tr("%1 – Gnomon").arg(m_entries[i].title));
        }
    }
}

QString MainWindow::currentScreen() const {
    const int i = m_stack->currentIndex();
    return i < 0 ? QString() : m_entries[static_cast<std::size_t>(i)].id;
}

Screen* MainWindow::screen(const QString& id) const {
    for (std::size_t i = 0; i < m_entries.size(); ++i) {
        if (m_entries[i].id == id) {
            return m_screens[i];
        }
    }
    return nullptr;
}

void MainWindow::showEnvironment() {
    const NodeSession* session = m_context.session();
    if (session == nullptr) {
        const bool any = !m_context.fleet.sessions().empty();
        m_stripe->setEnvironment(EnvironmentLook::None, {},
                                 any ? tr("no endpoint selected") : tr("not connected to any node"));
        return;
    }
    const port::ConnectionProfile& profile = session->profile();
    if (m_principalOf != profile.id && session->link().state == port::LinkState::Live) {
        m_principalOf = profile.id;
        m_principal.reset();
        m_principalCall = m_context.fleet.session(profile.id)->whoAmI([this](const Result<Principal>& result) {
            if (!result.ok()) {
                m_principalOf.clear(); // asked again when the link changes next
                return;
            }
            m_principal = *result;
            showEnvironment();
        });
    }
    QStringList parts{session->name()};
    if (session->node()) {
        parts.append(tr("gnomond %1").arg(QString::fromStdString(printable(session->node()->softwareVersion, 40))));
        const std::string& said = session->node()->environment;
        if (!said.empty() && QString::fromStdString(said).toUpper() != environmentWord(profile.environment)) {
            parts.append(tr("the node calls itself %1").arg(QString::fromStdString(printable(said, 40))));
        }
    }
    const QString access = profile.readOnly ? tr("read-only") : tr("read-write");
    const bool known = m_principal && m_principalOf == profile.id;
    parts.append(known ? tr("%1 as %2").arg(access, actorText(m_principal->actor)) : access);
    if (profile.plaintext) {
        parts.append(tr("UNPROTECTED: no TLS"));
    }
    m_stripe->setEnvironment(lookOf(profile.environment), environmentWord(profile.environment), parts.join(u"  ·  "_s));
}

// The next connection under this profile may be somebody else's, and to another node.
void MainWindow::forgetPrincipal(const NodeSession* session) {
    if (m_principalOf == session->profile().id) {
        m_principalCall.cancel();
        m_principalOf.clear();
        m_principal.reset();
    }
}

void MainWindow::openChange(const ChangeRequest& request) {
    NodeSession* session = m_context.session();
    if (session == nullptr || request.endpoint.value.empty()) {
        m_messages->showMessage(Tone::Info, tr("Choose an endpoint first."));
        return;
    }
    if (session->profile().readOnly) {
        m_messages->showMessage(
            Tone::Info,
            tr("The connection to %1 is read-only: nothing can be changed from here.").arg(session->name()));
        return;
    }
    for (const Change& change : m_changes) {
        if (change.flow->session() == session && change.flow->state() == ChangeFlow::State::Executing) {
            m_messages->showMessage(
                Tone::Watch, tr("Another change is on its way to %1; wait for its answer.").arg(session->name()));
            return;
        }
    }
    m_layer->close();
    forgetDismissed();
    std::erase_if(m_changes, [](const Change& change) {
        const ChangeFlow::State state = change.flow->state();
        const bool underWay = state == ChangeFlow::State::Executing || state == ChangeFlow::State::Proving;
        return !underWay && (change.words.isEmpty() || change.tone == Tone::Calm);
    });
    auto& flow =
        *m_changes.emplace_back(Change{std::unique_ptr<ChangeFlow, Later>(new ChangeFlow(*session, request)), {}, {}})
             .flow;
    connect(&flow, &ChangeFlow::changed, this, &MainWindow::followChanges);
    auto* sheet = new ChangeSheet(m_context, flow, m_layer);
    connect(sheet, &ChangeSheet::closeRequested, m_layer, &OverlayLayer::close);
    m_layer->open(sheet, OverlayLayer::Place::Centre, sheet->firstFocus());
}

// What is not on the strip any more was read, or gave way to something newer.
void MainWindow::forgetDismissed() {
    if (m_messages->text() != m_outcomes) {
        for (Change& change : m_changes) {
            change.words.clear();
        }
    }
}

// The strip tells how changes ended, all of those that nobody has taken off it yet: once no sheet hides it.
void MainWindow::followChanges() {
    using State = ChangeFlow::State;
    if (m_layer->isOpen()) {
        return;
    }
    forgetDismissed();
    bool news = false;
    for (Change& change : m_changes) {
        const ChangeFlow& flow = *change.flow;
        const State state = flow.state();
        if (!flow.sent() || state == std::exchange(change.told, state)) {
            continue;
        }
        if (state == State::Proved || state == State::Unproved || state == State::Failed) {
            change.words = doneText(flow, flow.node());
            change.tone = state == State::Proved ? Tone::Calm : Tone::Watch;
            news = true;
        }
    }
    if (!news) {
        return;
    }
    QStringList all;
    Tone tone = Tone::Calm;
    for (const Change& change : m_changes) {
        if (!change.words.isEmpty()) {
            all.append(change.words);
            tone = change.tone == Tone::Watch ? Tone::Watch : tone;
        }
    }
    m_outcomes = all.join(u'\n');
    m_messages->showMessage(tone, m_outcomes);
}

void MainWindow::openPalette() {
    auto* palette = new CommandPalette(commands(), m_layer);
    connect(palette, &CommandPalette::chosen, this, &MainWindow::runCommand);
    connect(&m_context.fleet, &Fleet::sessionChanged, palette, [this, palette] { palette->setCommands(commands()); });
    m_layer->open(palette, OverlayLayer::Place::Top, palette->field());
}

void MainWindow::runCommand(const Command& command) {
    const auto run = command.run; // the palette that holds it goes first
    m_layer->close();
    run();
}

void MainWindow::openKeySheet() {
    const auto i = static_cast<std::size_t>(m_stack->currentIndex());
    auto* sheet = new KeySheet(m_entries[i].title, m_screens[i]->keys(), m_layer);
    m_layer->open(sheet, OverlayLayer::Place::Centre, sheet);
}

void MainWindow::escape() {
    if (m_layer->isOpen()) {
        m_layer->close();
    } else if (m_messages->isVisible()) {
        m_messages->dismiss();
    } else if (m_stack->currentIndex() >= 0) {
        m_screens[static_cast<std::size_t>(m_stack->currentIndex())]->closeTopLayer();
    }
}

// What had the focus before may be gone by now.
void MainWindow::layerClosed() {
    if (focusWidget() == nullptr && m_stack->currentIndex() >= 0) {
        Screen* shown = m_screens[static_cast<std::size_t>(m_stack->currentIndex())];
        focusInside(*shown, shown->focusWidget());
    }
    followChanges();
}

void MainWindow::next(int step) {
    const int count = m_stack->count();
    if (count > 0) {
        showScreen(m_entries[static_cast<std::size_t>((m_stack->currentIndex() + step + count) % count)].id);
    }
}

// Says so where there is nothing to fall back from; unless that is old news, for then the node knows better.
void MainWindow::fallBack() {
    const NodeSession* session = m_context.session();
    const EndpointSnapshot* now = session != nullptr ? session->endpoint(m_context.selection.endpoint()) : nullptr;
    const Mode mode = now != nullptr ? now->generation.deployment.mode : Mode::Production;
    const EndpointName endpoint = m_context.selection.endpoint();
    if (mode == Mode::Production || session->freshness() != Freshness::Live || session->profile().readOnly) {
        changeMode(endpoint, ChangeKind::Fallback);
        return;
    }
    const ChangeKind out = modeChangeFrom(mode);
    m_messages->showMessage(Tone::Info,
                            tr("%1 is in %2 already, since %3 by %4.")
                                .arg(QString::fromStdString(endpoint.value), modeWord(mode).toLower(),
                                     stampText(now->generation.time, m_context.time.zone()),
                                     actorText(now->generation.actor)),
                            changeVerb(out) + u'…', [this, out, endpoint, profile = session->profile().id] {
                                m_context.selection.select(profile, endpoint); // another one may be chosen by now
                                changeMode(endpoint, out);
                            });
}

void MainWindow::changeMode(const EndpointName& endpoint, ChangeKind kind) {
    ChangeRequest request;
    request.kind = kind;
    request.endpoint = endpoint;
    openChange(request);
}

bool MainWindow::focusNextPrevChild(bool next) {
    QWidget* start = focusWidget() != nullptr ? focusWidget() : this;
    QWidget* to = neighbourInTabOrder(*start, *this, next);
    if (to != nullptr) {
        to->setFocus(next ? Qt::TabFocusReason : Qt::BacktabFocusReason);
    }
    return to != nullptr;
}

void MainWindow::closeEvent(QCloseEvent* event) {
    save();
    QWidget::closeEvent(event);
}

} // namespace gnomon::ui
