// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gnomonctl/context.h"
#include "app/gnomonctl/json.h"
#include "app/gnomonctl/text.h"
#include "app/gnomonctl/verbs.h"

#include <CLI/CLI.hpp>

namespace gnomon::ctl {

namespace {

std::string textOf(const Exchange& exchange) {
    std::string text = "exchange   " + exchange.id.value + " at " + toRfc3339(exchange.time) + "\nendpoint   " +
                       exchange.endpoint.value + ", generation " + std::to_string(exchange.generation.value) +
                       "\nanswered   " + (exchange.answered ? "by " + printable(exchange.servedBy) : "with an error") +
                       (exchange.reason.empty() ? "" : " because " + printable(exchange.reason)) + "\ncaller     " +
                       printable(exchange.caller) + "\n";
    if (!exchange.requestId.empty()) {
        text += "request    " + printable(exchange.requestId) + "\n";
    }
    if (!exchange.traceParent.empty()) {
        text += "trace      " + printable(exchange.traceParent) + "\n";
    }
    std::vector<std::vector<std::string>> rows;
    for (const Leg& leg : exchange.legs) {
        rows.push_back({std::string(legRoleName(leg.role)), describe(FallbackStep{leg.kind, leg.version}),
                        std::string(legOutcomeName(leg.outcome)), printable(leg.decision),
                        leg.score ? decimal(*leg.score, 6) : "",
                        milliseconds(static_cast<double>(leg.latency.count()) / 1e9), printable(leg.error)});
    }
    return text + "\n" + table({"PART", "WHO", "OUTCOME", "DECISION", "SCORE", "LATENCY", "ERROR"}, rows);
}

void runExchange(Context& context, const std::string& id) {
    const auto gateway = context.gateway();
    if (!gateway) {
        return context.fail(gateway.error());
    }
    const auto detail = context.await<port::ExchangeDetail>(
        [&](auto done) { (*gateway)->getExchange(ExchangeId(id), {}, std::move(done)); });
    if (!detail) {
        return context.fail(detail.error());
    }
    if (context.json()) {
        return context.printJson(toJson(detail->exchange));
    }
    context.print(textOf(detail->exchange));
}

} // namespace

void addExchange(CLI::App& app, Context& context) {
    auto* verb = app.add_subcommand("exchange", "Show one recorded request: who answered, and its trace");
    const auto id = std::make_shared<std::string>();
    verb->add_option("id", *id, "The exchange, as gnomon_exchange_id of the reply names it")->required();
    verb->callback([&context, id] { runExchange(context, *id); });
}

} // namespace gnomon::ctl
