// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/control/preview.h"

namespace gnomon::control {

namespace {

std::string quoted(const std::string& text) {
    std::string quoted = "'";
    for (const char c : text) {
        quoted += c == '\'' ? "'\\''" : std::string(1, c);
    }
    return quoted + "'";
}

} // namespace

std::string commandFor(const ChangeRequest& request) {
    std::string verb(changeKindName(request.kind));
    if (verb.rfind("shadow-", 0) == 0) {
        verb[std::string_view("shadow").size()] = ' '; // "shadow start"
    }
    std::string command = "gnomonctl " + verb + " " + request.endpoint.value;
    if (request.version) {
        command += " v" + std::to_string(request.version->value);
    }
    if (request.mirrorPercent) {
        command += " --mirror " + std::to_string(*request.mirrorPercent);
    }
    if (request.toGeneration) {
        command += " --to " + std::to_string(request.toGeneration->value);
    }
    if (!request.reason.empty()) {
        command += " --reason " + quoted(printable(request.reason, 1000));
    }
    return command + (request.skipDryRun ? " --skip-replay" : "");
}

std::string describeNewer(const Generation& inForce, WallTime now) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - inForce.time).count();
    return "generation " + std::to_string(inForce.number.value) + " is in force: " + printable(inForce.actor.person) +
           " made it by " + std::string(changeKindName(inForce.kind)) + " " + std::to_string(seconds) + " s ago";
}

} // namespace gnomon::control
