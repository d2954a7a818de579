// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gnomon/console.h"

#include <QApplication>
#include <QStandardPaths>

#include "backend/client/grpc_gateway.h"
#include "backend/store/console_store.h"
#include "ui/models/profile_file.h"
#include "ui/views/audit/audit_screen.h"
#include "ui/views/compare/compare_screen.h"
#include "ui/views/connect/connect_screen.h"
#include "ui/views/control/control_screen.h"
#include "ui/views/fleet/fleet_screen.h"

#include <malloc.h>

namespace gnomon::app {

namespace {

Result<std::unique_ptr<port::ConsoleStore>> openStore(const std::filesystem::path& file) {
    std::error_code problem;
    if (file.has_parent_path()) {
        std::filesystem::create_directories(file.parent_path(), problem);
    }
    if (problem) {
        return Error{ErrorCode::FailedPrecondition,
                     "cannot make " + file.parent_path().string() + ": " + problem.message(),
                     "choose another place with --profile-db"};
    }
    return store::openConsoleStore(file);
}

Result<std::string> profileNamed(const ui::Fleet& fleet, const std::string& name) {
    for (const port::ConnectionProfile& profile : fleet.profiles()) {
        if (profile.name == name) {
            return profile.id;
        }
    }
    return Error{ErrorCode::NotFound, "there is no connection profile '" + printable(name, 80) + "'",
                 "the Connect screen lists those there are"};
}

} // namespace

Result<std::unique_ptr<Console>> Console::open(const ConsoleOptions& options, QApplication& application) {
    // What nodes tell is allocated by whichever of the network's threads reads it, and freed by the GUI's. With eight
    // arenas per processor each fills up by itself, and memory creeps up for as long as the console is open.
    ::mallopt(M_ARENA_MAX, 2);
    std::unique_ptr<Console> console(new Console);
    Console& c = *console;
    GNOMON_ASSIGN(c.m_store, openStore(options.store));
    c.m_theme = std::make_unique<ui::Theme>(application);
    c.m_theme->setChoice(options.theme);
    c.m_fleet = std::make_unique<ui::Fleet>(
        *c.m_store,
        [&c](const port::ConnectionProfile& profile) {
            client::GatewayOptions gateway;
            gateway.connect = {profile.address,    profile.caFile,    profile.certificateFile, profile.keyFile,
                               profile.serverName, profile.plaintext, "gnomon/" GNOMON_VERSION};
            return client::makeGrpcGateway(gateway, c.m_clock, c.m_random);
        },
        c.m_clock);
    GNOMON_TRY(c.m_fleet->load());
    if (!options.connect.empty()) {
        GNOMON_ASSIGN(const std::string id, profileNamed(*c.m_fleet, options.connect));
        c.m_fleet->connectTo(id);
    }
    const ui::ConsoleContext context{*c.m_fleet, c.m_selection, *c.m_store, c.m_time};
    std::vector<ui::ScreenEntry> screens = {ui::fleetScreen(), ui::compareScreen(), ui::controlScreen(),
                                            ui::auditScreen(), ui::connectScreen()};
    c.m_window = std::make_unique<ui::MainWindow>(context, *c.m_theme, std::move(screens));
    return console;
}

std::filesystem::path usualStore() {
    const QString folder = QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation);
    return std::filesystem::path(folder.toStdString()) / "gnomon" / "console.db";
}

Status addProfile(const std::filesystem::path& file, port::ConnectionProfile profile) {
    GNOMON_ASSIGN(const std::unique_ptr<port::ConsoleStore> store, openStore(file));
    GNOMON_ASSIGN(const std::vector<port::ConnectionProfile> known, store->profiles());
    profile.id = SystemRandom().id();
    for (const port::ConnectionProfile& other : known) {
        if (other.name == profile.name) {
            profile.id = other.id;
        }
    }
    return store->saveProfile(profile);
}

Result<QString> importProfiles(const std::filesystem::path& store, const std::filesystem::path& file, bool replace) {
    GNOMON_ASSIGN(const std::vector<port::ConnectionProfile> read, ui::readProfileFile(file));
    GNOMON_ASSIGN(const std::unique_ptr<port::ConsoleStore> opened, openStore(store));
    GNOMON_ASSIGN(const std::vector<port::ConnectionProfile> known, opened->profiles());
    const ui::ProfileImport import = ui::planImport(read, known);
    QStringList done;
    for (const auto& change : import.changed) {
        const QString words = QString::fromStdString(change.before.name) + QStringLiteral(": ") +
                              change.differences().join(QStringLiteral(", "));
        if (!replace) {
            return Error{ErrorCode::AlreadyExists,
                         "nothing was imported: known already, and different: " + words.toStdString(),
                         "add --replace to take over what the file says"};
        }
        GNOMON_TRY(opened->saveProfile(change.after));
        done.append(QStringLiteral("updated ") + words);
    }
    for (const port::ConnectionProfile& profile : import.added) {
        GNOMON_TRY(opened->saveProfile(profile));
        done.append(QString::fromStdString("added " + profile.name + ": " + profile.address));
    }
    for (const port::ConnectionProfile& profile : import.unchanged) {
        done.append(QString::fromStdString("known already: " + profile.name));
    }
    return done.join(u'\n');
}

} // namespace gnomon::app
