// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gnomonctl/console_profile.h"

#include "backend/base/bytes.h"
#include "backend/base/files.h"

#include <nlohmann/json.hpp>

#include <set>

namespace gnomon::ctl {

namespace {

struct NamedAddress {
    std::string name;
    std::string address;
};

NamedAddress split(const std::string& node) {
    const std::size_t equals = node.find('=');
    return equals == std::string::npos ? NamedAddress{} : NamedAddress{node.substr(0, equals), node.substr(equals + 1)};
}

} // namespace

Status ConsoleProfile::check() const {
    std::set<std::string> names;
    for (const std::string& node : nodes) {
        const auto [name, address] = split(node);
        const std::size_t colon = address.rfind(':');
        if (name.empty() || colon == std::string::npos || colon == 0 || colon + 1 == address.size()) {
            return Error{ErrorCode::InvalidArgument, "'" + printable(node, 200) + "' does not name a node",
                         "write --profile NAME=HOST:PORT, with the port of the control listener"};
        }
        if (!names.insert(name).second) {
            return Error{ErrorCode::InvalidArgument,
                         "two nodes of the profile are called '" + printable(name, 80) + "'"};
        }
    }
    return {};
}

Result<std::filesystem::path> ConsoleProfile::write(const std::filesystem::path& prefix) const {
    auto connections = nlohmann::ordered_json::array();
    for (const std::string& node : nodes) {
        const auto [name, address] = split(node);
        connections.push_back({{"name", name}, {"address", address}, {"environment", environment}});
    }
    const std::string stem = prefix.filename().string();
    const nlohmann::ordered_json profile = {{"gnomon_profile", 1},
                                            {"ca", "ca.crt"},
                                            {"certificate", stem + ".crt"},
                                            {"key", stem + ".key"},
                                            {"connections", connections}};
    const std::filesystem::path file = prefix.string() + ".profile.json";
    const std::string text = profile.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    GNOMON_TRY(writeNewFile(file, text + "\n", 0644));
    return file;
}

} // namespace gnomon::ctl
