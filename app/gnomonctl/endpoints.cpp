// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gnomonctl/context.h"
#include "app/gnomonctl/json.h"
#include "app/gnomonctl/text.h"
#include "app/gnomonctl/verbs.h"

#include <CLI/CLI.hpp>

namespace gnomon::ctl {

namespace {

void printEndpoints(Context& context, const std::vector<EndpointSnapshot>& endpoints) {
    std::vector<std::vector<std::string>> rows;
    for (const EndpointSnapshot& endpoint : endpoints) {
        const bool traffic = endpoint.requestsPerSecond > 0;
        rows.push_back({endpoint.settings.name.value, std::to_string(endpoint.generation.number.value),
                        describe(endpoint.generation.deployment), decimal(endpoint.requestsPerSecond, 1),
                        traffic ? milliseconds(endpoint.p99Seconds) : "-",
                        traffic ? percent(endpoint.substitutionShare) : "-",
                        endpoint.comparison ? std::string(verdictName(endpoint.comparison->verdict)) : "-"});
    }
    context.print(table({"ENDPOINT", "GEN", "DEPLOYMENT", "REQ/S", "P99", "SUBSTITUTED", "VERDICT"}, rows));
}

void printVersions(Context& context, const EndpointSnapshot& endpoint) {
    std::vector<std::vector<std::string>> rows;
    for (const Version& version : endpoint.versions) {
        rows.push_back({"v" + std::to_string(version.number.value), std::string(versionStateName(version.state)),
                        toHex(version.digest).substr(0, 12), std::to_string(version.goldenCases),
                        version.health.empty() ? version.description : version.health});
    }
    context.print(table({"VERSION", "STATE", "SHA-256", "GOLDEN", "NOTE"}, rows));
}

void printHistory(Context& context, const std::vector<Generation>& generations) {
    std::vector<std::vector<std::string>> rows;
    rows.reserve(generations.size());
    for (const Generation& g : generations) {
        rows.push_back({std::to_string(g.number.value), toRfc3339(g.time), g.actor.person,
                        std::string(changeKindName(g.kind)), describe(g.deployment), g.reason});
    }
    context.print(table({"GEN", "TIME", "WHO", "CHANGE", "DEPLOYMENT", "REASON"}, rows));
}

void runEndpoints(Context& context, const std::string& name, bool history) {
    const auto gateway = context.gateway();
    if (!gateway) {
        return context.fail(gateway.error());
    }
    const auto all = context.await<std::vector<EndpointSnapshot>>(
        [&](auto done) { (*gateway)->listEndpoints({}, std::move(done)); });
    if (!all) {
        return context.fail(all.error());
    }
    std::vector<EndpointSnapshot> shown;
    for (const EndpointSnapshot& endpoint : *all) {
        if (name.empty() || endpoint.settings.name.value == name) {
            shown.push_back(endpoint);
        }
    }
    if (shown.empty() && !name.empty()) {
        return context.fail({ErrorCode::NotFound, "endpoint '" + printable(name) + "' is not on this node",
                             "gnomonctl endpoints lists those that are"});
    }
    std::vector<Generation> generations;
    if (history) {
        const auto past = context.await<std::vector<Generation>>(
            [&](auto done) { (*gateway)->listGenerations(shown.front().settings.name, {}, std::move(done)); });
        if (!past) {
            return context.fail(past.error());
        }
        generations = *past;
    }
    if (context.json()) {
        nlohmann::json list = nlohmann::json::array();
        for (const EndpointSnapshot& endpoint : shown) {
            list.push_back(toJson(endpoint));
        }
        nlohmann::json object = {{"endpoints", list}};
        for (const Generation& generation : generations) {
            object["generations"].push_back(toJson(generation));
        }
        return context.printJson(object);
    }
    printEndpoints(context, shown);
    if (!name.empty()) {
        context.print("\n");
        printVersions(context, shown.front());
    }
    if (history) {
        context.print("\n");
        printHistory(context, generations);
    }
}

} // namespace

void addEndpoints(CLI::App& app, Context& context) {
    auto* verb = app.add_subcommand("endpoints", "List endpoints; with a name, also its versions");
    const auto name = std::make_shared<std::string>();
    const auto history = std::make_shared<bool>(false);
    auto* option = verb->add_option("endpoint", *name, "Only this endpoint, with its versions");
    verb->add_flag("--history", *history, "Also every generation of the endpoint, newest first")->needs(option);
    verb->callback([&context, name, history] { runEndpoints(context, *name, *history); });
}

} // namespace gnomon::ctl
