// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QTest>

#include "app/gnomon-tour/tour.h"
#include "app/gnomon/console.h"
#include "app/gnomon/flags.h"

#include <cstdio>

namespace {

int complain(const gnomon::Error& error, int code) {
    std::fprintf(stderr, "gnomon-tour: %s\n  %s\n", error.message.c_str(), error.remedy.c_str());
    return code;
}

} // namespace

// Drives the real console for ./run demo --headless. Exits with 1 when something was not as it must be.
int main(int argc, char** argv) {
    if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM")) {
        qputenv("QT_QPA_PLATFORM", "offscreen");
    }
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("gnomon-tour"));
    gnomon::app::ConsoleCommandLine line;
    line.parser().addOption(
        {QStringLiteral("out"), QStringLiteral("Folder for what is written."), QStringLiteral("dir")});
    const auto flags = line.process(application);
    if (!flags) {
        return complain(flags.error(), 2);
    }
    if (flags->add) {
        const gnomon::Status added = gnomon::app::addProfile(flags->console.store, *flags->add);
        return added ? 0 : complain(added.error(), 4);
    }
    const auto console = gnomon::app::Console::open(flags->console, application);
    if (!console) {
        return complain(console.error(), 4);
    }
    QWidget& window = (*console)->window();
    window.resize(1440, 900);
    window.show();
    window.activateWindow();
    if (!QTest::qWaitForWindowActive(&window)) { // only the active window has a keyboard
        return complain({gnomon::ErrorCode::Unavailable, "the window did not become active"}, 1);
    }
    gnomon::app::Tour tour(window, (*console)->theme(), QDir(line.parser().value(QStringLiteral("out"))));
    return tour.run() ? 0 : 1;
}
