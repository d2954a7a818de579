// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "ui/models/change_flow.h"
#include "ui/views/shell/screen.h"
#include "ui/widgets/theme.h"

#include <memory>
#include <optional>
#include <vector>

class QStackedWidget;

namespace gnomon::ui {

class CommandPalette;
class EnvironmentStripe;
class MessageStrip;
class OverlayLayer;
class ScreenBar;

// The window: the environment on top, the screens, the messages, the links at the bottom, and one layer over all of it
// for sheets and the palette. Owns the screens and the changes that are under way; everything it is given outlives it.
class MainWindow final : public QWidget {
    Q_OBJECT
public:
    MainWindow(const ConsoleContext& context, Theme& theme, std::vector<ScreenEntry> screens,
               QWidget* parent = nullptr);
    ~MainWindow() override;

    // "fleet", "compare", "control", "audit", "connect".
    void showScreen(const QString& id);
    QString currentScreen() const;
    Screen* screen(const QString& id) const;
    // Opens the sheet of a change of the selected endpoint's node.
    void openChange(const ChangeRequest& request);
    void openPalette();
    void openKeySheet();
    OverlayLayer& layer() const { return *m_layer; }
    MessageStrip& messages() const { return *m_messages; }

protected:
    void closeEvent(QCloseEvent* event) override;
    bool focusNextPrevChild(bool next) override;

private:
    void build();
    void followSession(NodeSession* session);
    void addKeys();
    void addKey(const QKeySequence& key, std::function<void()> run);
    void fillMenu();
    void showEnvironment();
    void followChanges();
    void forgetDismissed();
    void forgetPrincipal(const NodeSession* session);
    void layerClosed();
    void escape();
    void next(int step);
    void fallBack();
    void changeMode(const EndpointName& endpoint, ChangeKind kind);
    QList<Command> changeCommands();
    QList<Command> commands();
    void runCommand(const Command& command);
    void restore();
    void save();
    std::string memory(const std::string& key);

    const ConsoleContext m_context;
    Theme& m_theme;
    const std::vector<ScreenEntry> m_entries;
    std::vector<Screen*> m_screens;
    EnvironmentStripe* m_stripe;
    ScreenBar* m_bar;
    MessageStrip* m_messages;
    QStackedWidget* m_stack;
    OverlayLayer* m_layer;
    // Goes after whatever was told to go before it: its sheet.
    struct Later {
        void operator()(QObject* object) const { object->deleteLater(); }
    };
    struct Change {
        std::unique_ptr<ChangeFlow, Later> flow;
        std::optional<ChangeFlow::State> told; // what the strip was last given to tell of it
        QString words;                         // that it tells; empty once they were taken off
        Tone tone = Tone::Calm;
    };
    // The newest last, whose sheet may be closed already; before it those under way, or on the strip.
    std::vector<Change> m_changes;
    QString m_outcomes; // of all of them, as the strip was last given them
    Request m_principalCall;
    std::string m_principalOf; // the profile whose connection was asked; empty: to be asked
    std::optional<Principal> m_principal;
};

} // namespace gnomon::ui
