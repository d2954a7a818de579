// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gnomonctl/context.h"
#include "app/gnomonctl/json.h"
#include "app/gnomonctl/text.h"
#include "app/gnomonctl/verbs.h"

#include <CLI/CLI.hpp>

namespace gnomon::ctl {

namespace {

std::string latencyText(const std::vector<LatencyPoint>& points) {
    std::string text;
    for (const LatencyPoint& point : points) {
        text += (text.empty() ? "" : ", ") + std::string("p") +
                decimal(point.quantile * 100, point.quantile > 0.99 ? 1 : 0) + " " + milliseconds(point.seconds);
    }
    return text.empty() ? "no figures yet" : text;
}

std::string describeComparison(const Comparison& c) {
    std::string text = c.endpoint.value + ": production v" + std::to_string(c.production.value) + " against shadow v" +
                       std::to_string(c.shadow.value) + ", since " + toRfc3339(c.started) + "\n\n";
    text += std::string(verdictName(c.verdict)) + " (valid however often you look, at most " + percent(c.alpha, 0) +
            " wrong)\n";
    for (const VerdictReason& reason : c.reasons) {
        text += "  " + reason.aspect + ": " + reason.text + "\n";
    }
    if (c.pairsToVerdict) {
        text += "  about " + std::to_string(*c.pairsToVerdict) + " more pairs until a verdict\n";
    }
    const Coverage& v = c.coverage;
    text += "\ncoverage   " + std::to_string(v.matched) + " pairs of " + std::to_string(v.mirrored) + " mirrored, " +
            std::to_string(v.requests) + " requests; dropped " + std::to_string(v.dropped) + ", failed " +
            std::to_string(v.failed) + ", late " + std::to_string(v.late) + ", lost " + std::to_string(v.lost) + "\n";
    if (c.noDecisions) {
        text += "agreement  no decisions declared (endpoint.toml names no output in [decision])\n";
    } else if (v.matched > 0) {
        text += "agreement  " + percent(c.agreement, 2) + " (" + percent(c.agreementInterval.low, 2) + " to " +
                percent(c.agreementInterval.high, 2) + "), missing counted as disagreeing " +
                percent(c.agreementMissingDisagree, 2) + "\n";
    }
    text += "latency    production " + latencyText(c.productionLatency) + "\n           shadow     " +
            latencyText(c.shadowLatency) + "\n\n";
    std::vector<std::vector<std::string>> rows;
    for (const TransitionCell& cell : c.transitions) {
        const double share = v.matched > 0 ? static_cast<double>(cell.count) / static_cast<double>(v.matched) : 0;
        rows.push_back({cell.production, cell.shadow, std::to_string(cell.count), percent(share, 2)});
    }
    return text + table({"PRODUCTION SAYS", "SHADOW SAYS", "PAIRS", "SHARE"}, rows);
}

void runCompare(Context& context, const std::string& name, bool fresh, const std::string& reason) {
    const auto gateway = context.gateway();
    const auto endpoint = parseEndpointName(name);
    if (!endpoint) {
        return context.fail(endpoint.error());
    }
    if (!gateway) {
        return context.fail(gateway.error());
    }
    const auto comparison = context.await<Comparison>([&](auto done) {
        if (fresh) {
            (*gateway)->startExperiment(*endpoint, reason, {}, std::move(done));
        } else {
            (*gateway)->getComparison(*endpoint, {}, std::move(done));
        }
    });
    if (!comparison) {
        return context.fail(comparison.error());
    }
    context.json() ? context.printJson(toJson(*comparison)) : context.print(describeComparison(*comparison));
}

} // namespace

void addCompare(CLI::App& app, Context& context) {
    auto* verb = app.add_subcommand("compare", "Compare an endpoint's shadow with its production version");
    const auto name = std::make_shared<std::string>();
    const auto fresh = std::make_shared<bool>(false);
    const auto reason = std::make_shared<std::string>();
    verb->add_option("endpoint", *name, "The endpoint")->required();
    auto* reasonOption = verb->add_option("--reason", *reason, "Why the experiment is started afresh");
    verb->add_flag("--new-experiment", *fresh, "End the running experiment and declare a new one")->needs(reasonOption);
    verb->callback([&context, name, fresh, reason] { runCompare(context, *name, *fresh, *reason); });
}

} // namespace gnomon::ctl
