// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/result.h"

#include <filesystem>
#include <string>
#include <vector>

namespace gnomon::ctl {

// The profile file that a console imports (its reader is ui/models/profile_file.h): which nodes, and the names of the
// three files beside it.
struct ConsoleProfile {
    std::vector<std::string> nodes; // as people type them: NAME=HOST:PORT
    std::string environment = "test";

    // InvalidArgument, naming the node, for one that is not NAME=HOST:PORT, or a name given twice.
    Status check() const;
    // prefix: as of the certificate; writes prefix.profile.json. AlreadyExists rather than overwriting.
    Result<std::filesystem::path> write(const std::filesystem::path& prefix) const;
};

} // namespace gnomon::ctl
