// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gnomonctl/context.h"
#include "app/gnomonctl/json.h"
#include "app/gnomonctl/verbs.h"

#include <CLI/CLI.hpp>

namespace gnomon::ctl {

namespace {

void runStatus(Context& context) {
    const auto gateway = context.gateway();
    if (!gateway) {
        return context.fail(gateway.error());
    }
    const auto node = context.await<NodeInfo>([&](auto done) { (*gateway)->getNode({}, std::move(done)); });
    const auto self = context.await<Principal>([&](auto done) { (*gateway)->whoAmI({}, std::move(done)); });
    if (!node) {
        return context.fail(node.error());
    }
    if (context.json()) {
        nlohmann::json object = toJson(*node);
        if (self) {
            object["you"] = {{"person", self->actor.person}, {"identity", self->actor.identity}, {"role", self->role}};
        }
        return context.printJson(object);
    }
    std::string text = node->name + "  " + node->environment + "  gnomond " + node->softwareVersion + "\n";
    text += "id           " + node->stamp.id.value + "\n";
    text += "boot         " + node->stamp.boot.value + " since " + toRfc3339(node->started) + "\n";
    text += "fleet        " + node->fleet + "\n";
    for (const Listener& listener : node->listeners) {
        text += "listens      " + listener.address + "  " + listener.serves +
                (listener.encrypted ? "  mutual TLS\n" : "  UNPROTECTED: plaintext, anybody may connect\n");
    }
    text += "audit log    " + node->auditOrigin + "\n";
    for (const std::string& alarm : node->alarms) {
        text += "ALARM        " + printable(alarm, 1000) + "\n";
    }
    if (self) {
        text += "you are      " + self->actor.person + " (" + self->role + ", " + self->actor.identity + ")\n";
    }
    context.print(text);
}

} // namespace

void addStatus(CLI::App& app, Context& context) {
    auto* verb =
        app.add_subcommand("status", "Show the node: identity, protection of its listeners, who you are to it");
    verb->callback([&context] { runStatus(context); });
}

} // namespace gnomon::ctl
