// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "backend/base/clock.h"
#include "backend/base/random.h"
#include "backend/port/console_store.h"
#include "ui/bridge/fleet.h"
#include "ui/views/shell/main_window.h"
#include "ui/widgets/theme.h"

#include <filesystem>
#include <memory>
#include <string>

namespace gnomon::app {

struct ConsoleOptions {
    std::filesystem::path store; // the console's own file; its folder is made where it is missing
    std::string connect;         // name of a profile to connect to at once; empty: those that ask for it
    ui::ThemeChoice theme = ui::ThemeChoice::System;
};

// The console put together from its parts: memory, fleet, theme and window. GUI thread only. It is the process: opening
// one limits glibc's heap to two arenas for all of it, for good.
class Console {
public:
    // FailedPrecondition and Corrupt for a store that will not do; NotFound when there is no profile of that name.
    static Result<std::unique_ptr<Console>> open(const ConsoleOptions& options, QApplication& application);

    ui::MainWindow& window() { return *m_window; }
    ui::Theme& theme() { return *m_theme; }
    ui::Fleet& fleet() { return *m_fleet; }
    ui::Selection& selection() { return m_selection; }

private:
    Console() = default;

    // In the order of construction; destroyed the other way round.
    SystemClock m_clock;
    SystemRandom m_random;
    std::unique_ptr<port::ConsoleStore> m_store;
    std::unique_ptr<ui::Theme> m_theme;
    std::unique_ptr<ui::Fleet> m_fleet;
    ui::Selection m_selection;
    ui::TimeDisplay m_time;
    std::unique_ptr<ui::MainWindow> m_window;
};

// Where the console keeps its memory unless told otherwise: $XDG_DATA_HOME/gnomon/console.db.
std::filesystem::path usualStore();

// Adds the profile to the store, or replaces the one of the same name. For scripts; people use the Connect screen.
Status addProfile(const std::filesystem::path& store, port::ConnectionProfile profile);

// Takes over the connections of a profile file; what was done, in words. Where one is known by its name and says
// something else, AlreadyExists unless replace says otherwise, and nothing is taken over.
Result<QString> importProfiles(const std::filesystem::path& store, const std::filesystem::path& file, bool replace);

} // namespace gnomon::app
