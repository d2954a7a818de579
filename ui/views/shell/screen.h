// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QKeySequence>
#include <QList>
#include <QString>
#include <QTimeZone>
#include <QWidget>

#include "backend/domain/plan.h"
#include "backend/port/console_store.h"
#include "ui/bridge/fleet.h"
#include "ui/views/shell/selection.h"
#include "ui/widgets/tokens.h"

#include <functional>

namespace gnomon::ui {

class NodeSession;

// In which zone times are shown. The node sends UTC; nothing but the text on screen changes.
class TimeDisplay final : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;
    bool utc() const { return m_utc; }
    QTimeZone zone() const { return m_utc ? QTimeZone::utc() : QTimeZone::systemTimeZone(); }
    void setUtc(bool utc) {
        if (utc != m_utc) {
            m_utc = utc;
            Q_EMIT changed();
        }
    }

Q_SIGNALS:
    void changed();

private:
    bool m_utc = true;
};

// What every screen is given. Everything outlives the screens.
struct ConsoleContext {
    Fleet& fleet;
    Selection& selection;
    port::ConsoleStore& store;
    TimeDisplay& time;

    // The session of the selected node; null when none is selected or it is not connected.
    NodeSession* session() const { return fleet.session(selection.profile()); }
};

// Something that the command palette can run.
struct Command {
    QString text;
    QString hint; // a key, or where it leads
    std::function<void()> run;
};

// A line of the key sheet.
struct KeyHelp {
    QString keys;
    QString what;
};

// A message for the strip at the top of the window. With an action, a button that runs it.
struct Message {
    Tone tone = Tone::Info;
    QString text;
    QString action;
    std::function<void()> run;
};

// One page of the console. It follows the selection, shows one of the states of its panes, and never blocks.
class Screen : public QWidget {
    Q_OBJECT
public:
    explicit Screen(const ConsoleContext& context, QWidget* parent = nullptr) : QWidget(parent), m_context(context) {}

    virtual void refresh() {}                           // F5
    virtual void focusFilter() {}                       // the slash key
    virtual bool closeTopLayer() { return false; }      // Esc; true when there was one
    virtual QList<Command> commands() { return {}; }    // for the palette, as things are now
    virtual QList<KeyHelp> keys() const { return {}; }  // for the key sheet
    virtual QByteArray saveState() const { return {}; } // filters, columns; kept over restarts
    virtual void restoreState(const QByteArray&) {}

Q_SIGNALS:
    void messageRaised(const gnomon::ui::Message& message);
    void screenRequested(const QString& id);                    // "fleet", "compare", ...
    void changeRequested(const gnomon::ChangeRequest& request); // opens the change sheet; never acts by itself

protected:
    const ConsoleContext& context() const { return m_context; }

private:
    const ConsoleContext m_context;
};

// How a screen joins the window.
struct ScreenEntry {
    QString id;    // also its objectName with "Screen" behind it: "fleetScreen"
    QString title; // for the bar
    QString icon;  // name of an icon
    QKeySequence key;
    std::function<Screen*(const ConsoleContext&, QWidget*)> make;
};

} // namespace gnomon::ui
