// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>

#include "app/gnomon/console.h"
#include "app/gnomon/flags.h"
#include "backend/wire/library_log.h"
#include "backend/wire/tls_guard.h"

#include <sys/prctl.h>

#include <cstdio>
#include <memory>

namespace {

// Stated in the manual: 0 ended by a person, 2 usage, 4 cannot start.
int complain(const gnomon::Error& error, int code) {
    std::fprintf(stderr, "gnomon: %s\n", gnomon::printable(error.message, 2000).c_str());
    if (!error.remedy.empty()) {
        std::fprintf(stderr, "  %s\n", gnomon::printable(error.remedy, 2000).c_str());
    }
    return code;
}

} // namespace

int main(int argc, char** argv) {
    gnomon::wire::routeLibraryLogs();
    gnomon::wire::guardTlsConnections();
    prctl(PR_SET_DUMPABLE, 0); // no core file with what nodes sent in it
    QCoreApplication::setApplicationName(QStringLiteral("gnomon"));
    QCoreApplication::setApplicationVersion(QStringLiteral(GNOMON_VERSION));
    gnomon::app::ConsoleCommandLine line;
    QStringList arguments;
    for (int i = 0; i < argc; ++i) {
        arguments.append(QString::fromLocal8Bit(argv[i]));
    }
    std::unique_ptr<QCoreApplication> plain; // needs no display
    std::unique_ptr<QApplication> windowed;
    if (line.wantsWindow(arguments)) {
        windowed = std::make_unique<QApplication>(argc, argv);
    } else {
        plain = std::make_unique<QCoreApplication>(argc, argv);
    }
    const auto flags = line.process(*QCoreApplication::instance());
    if (!flags) {
        return complain(flags.error(), 2);
    }
    if (flags->add) {
        const gnomon::Status added = gnomon::app::addProfile(flags->console.store, *flags->add);
        return added ? 0 : complain(added.error(), 4);
    }
    if (!flags->import.empty()) {
        const auto done = gnomon::app::importProfiles(flags->console.store, flags->import, flags->replace);
        if (done) {
            std::printf("%s\n", qPrintable(*done));
        }
        return done ? 0 : complain(done.error(), 4);
    }
    const auto console = gnomon::app::Console::open(flags->console, *windowed);
    if (!console) {
        return complain(console.error(), 4);
    }
    (*console)->window().show();
    return QApplication::exec();
}
