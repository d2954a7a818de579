// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace gnomon::test {

// Endpoints whose folders try to lead out of themselves, to block, or to be huge: links at every level, hard links,
// pipes, devices, manifests that go up, weights elsewhere, archives. `outside` gets what none of them may reach.
// Returns endpoint -> part of the reason that callers are told.
std::map<std::string, std::string> makeHostileFolders(const std::filesystem::path& repository,
                                                      const std::filesystem::path& outside);

} // namespace gnomon::test
