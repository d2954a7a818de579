// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

#include "backend/port/console_store.h"

#include <filesystem>
#include <vector>

namespace gnomon::ui {

// The connections that a profile file describes; "gnomonctl pki issue --profile" writes such a file beside the
// certificate it issues, and the folder is what a colleague is given:
//     {"gnomon_profile": 1, "ca": "ca.crt", "certificate": "ana.crt", "key": "ana.key", "connections": [
//         {"name": "payments", "address": "eu-1.example.org:8443", "environment": "production", "server_name": ""}]}
// Everything but server_name is required and nothing else is taken. The files lie beside it, stay there, and must be
// there; the file itself holds no secret. The profiles come without ids. Reads at most 64 KiB; any thread.
Result<std::vector<port::ConnectionProfile>> readProfileFile(const std::filesystem::path& file);

// What taking profiles over would do to those that are known, by name.
struct ProfileImport {
    // One that is known, and says something else than the file.
    struct Change {
        port::ConnectionProfile before;
        port::ConnectionProfile after; // same id, and what the file does not say is as before

        QStringList differences() const; // for people: "address a:1 -> b:2"
    };
    std::vector<port::ConnectionProfile> added; // with fresh ids
    std::vector<Change> changed;
    std::vector<port::ConnectionProfile> unchanged;
};

ProfileImport planImport(const std::vector<port::ConnectionProfile>& read,
                         const std::vector<port::ConnectionProfile>& known);

} // namespace gnomon::ui
