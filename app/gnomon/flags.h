// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCommandLineParser>

#include "app/gnomon/console.h"

#include <optional>

namespace gnomon::app {

// What the console's command line says.
struct ConsoleFlags {
    ConsoleOptions console;
    std::optional<port::ConnectionProfile> add; // --add-profile: keep this one and end
    std::filesystem::path import;               // --import-profile: keep those of this file and end
    bool replace = false;                       // also where one of that name says something else
};

// Parses, and ends the program for --help, --version and mistakes.
class ConsoleCommandLine {
public:
    ConsoleCommandLine();
    QCommandLineParser& parser() { return m_parser; }
    // False when these arguments end the program without a window: help, version, keeping a profile. Needs no
    // application.
    bool wantsWindow(const QStringList& arguments);
    Result<ConsoleFlags> process(const QCoreApplication& application);

private:
    QCommandLineParser m_parser;
};

} // namespace gnomon::app
