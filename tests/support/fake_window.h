// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QApplication>
#include <QTest>

#include "tests/support/fake_console.h"
#include "ui/views/connect/connect_screen.h"
#include "ui/views/control/control_screen.h"
#include "ui/views/fleet/fleet_screen.h"
#include "ui/views/shell/main_window.h"
#include "ui/widgets/theme.h"

namespace gnomon::test {

// A real window over a fake console. Keys go to whatever has the focus, as from a keyboard.
class FakeWindow {
public:
    FakeWindow() : theme(*qApp) {}

    // Add nodes to `console` first. False when the window did not become active.
    bool open(std::vector<ui::ScreenEntry> screens = {ui::fleetScreen(), ui::controlScreen(), ui::connectScreen()}) {
        const bool started = console.start(); // known before the window opens, as in the program
        window = std::make_unique<ui::MainWindow>(console.context, theme, std::move(screens));
        window->resize(1440, 900);
        window->show();
        window->activateWindow();
        return started && QTest::qWaitForWindowActive(window.get());
    }
    // The sheet of a change to spam-filter.
    void openChange(ChangeKind kind, std::optional<VersionNumber> version = {}) {
        ChangeRequest request;
        request.kind = kind;
        request.endpoint = EndpointName("spam-filter");
        request.version = version;
        window->openChange(request);
    }
    void press(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
        QWidget* focus = QApplication::focusWidget();
        QTest::keyClick(focus != nullptr ? focus : window.get(), key, modifiers);
    }
    void type(const QString& text) { QTest::keyClicks(QApplication::focusWidget(), text); }
    template <class T>
    T* find(const char* name) const {
        return window->findChild<T*>(QString::fromLatin1(name));
    }
    template <class T>
    T* visible(const char* name) const {
        for (T* widget : window->findChildren<T*>(QString::fromLatin1(name))) {
            if (widget->isVisible()) {
                return widget;
            }
        }
        return nullptr;
    }

    FakeConsole console;
    ui::Theme theme;
    std::unique_ptr<ui::MainWindow> window; // before the console goes
};

} // namespace gnomon::test
