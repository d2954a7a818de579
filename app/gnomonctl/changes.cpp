// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gnomonctl/context.h"
#include "app/gnomonctl/json.h"
#include "app/gnomonctl/text.h"
#include "app/gnomonctl/verbs.h"
#include "backend/base/random.h"

#include <CLI/CLI.hpp>

namespace gnomon::ctl {

namespace {

constexpr std::chrono::seconds kEffectWait{10};

// What the command line of one change says.
struct ChangeOptions {
    std::string endpoint;
    std::string version;
    int percent = -1;
    std::uint64_t generation = 0;
    std::string reason;
    std::string plan;
    std::string requestId;
    bool dryRun = false;
    bool skipDryRun = false;
};

std::string describePreview(const PlanPreview& preview) {
    std::string text = "plan " + toHex(preview.digest.value) + "\n";
    for (const PlanTarget& target : preview.plan.targets) {
        text += "now    generation " + std::to_string(target.base.value) + ": " + describe(preview.before) + "\n";
        text += "then   generation " + std::to_string(target.base.value + 1) + ": " + describe(target.result) + "\n";
    }
    text += "touches " + decimal(preview.requestsPerSecond, 1) + " requests/s in " + preview.plan.environment + "\n";
    const DryRun& dry = preview.dryRun;
    if (dry.skipped) {
        text += "dry run skipped: " + dry.skippedBecause + "\n";
    } else {
        text += "dry run on " + std::to_string(dry.replayed) +
                " recorded requests: " + std::to_string(dry.decisionsChanged) + " would be decided differently, " +
                std::to_string(dry.failed) + " would fail" + (dry.cutShort ? " (cut short)" : "") + "\n";
        for (const auto& [flip, count] : dry.flips) {
            text += "        " + flip + ": " + std::to_string(count) + "\n";
        }
    }
    for (const std::string& note : preview.notes) {
        text += "note   " + printable(note) + "\n";
    }
    return text;
}

Result<ChangeRequest> toRequest(ChangeKind kind, const ChangeOptions& options) {
    ChangeRequest request;
    request.kind = kind;
    GNOMON_ASSIGN(request.endpoint, parseEndpointName(options.endpoint));
    if (!options.version.empty()) {
        const bool prefixed = options.version.front() == 'v';
        GNOMON_ASSIGN(request.version, parseVersionNumber(prefixed ? options.version.substr(1) : options.version));
    }
    if (options.percent >= 0) {
        request.mirrorPercent = options.percent;
    } else if (kind == ChangeKind::ShadowMirror && options.plan.empty()) {
        return Error{ErrorCode::InvalidArgument, "the share of requests to mirror is not given",
                     "give it with --mirror"};
    }
    if (options.generation > 0) {
        request.toGeneration = GenerationNumber(options.generation);
    }
    request.reason = options.reason;
    request.skipDryRun = options.skipDryRun;
    return request;
}

// The command that gets the answer of this very execution, and executes only if that was not done yet.
std::string askAgain(const Context& context, ChangeKind kind, const ChangeOptions& options,
                     const ExecuteRequest& request) {
    std::string verb(changeKindName(kind));
    if (verb.starts_with("shadow-")) {
        verb[std::string_view("shadow").size()] = ' ';
    }
    return "gnomonctl " + verb + " " + shellWord(options.endpoint) +
           (options.version.empty() ? "" : " " + shellWord(options.version)) + " --plan " +
           toHex(request.digest.value) + " --request-id " + shellWord(request.requestId.value) +
           context.connectionArguments() + (options.reason.empty() ? "" : " --reason " + shellWord(options.reason));
}

void failExecution(Context& context, ChangeKind kind, const ChangeOptions& options, const ExecuteRequest& request,
                   Error error) {
    if (!isRefusal(error.code)) {
        error.message += "; the change may or may not be in force";
        error.remedy = (error.remedy.empty() ? "" : error.remedy + "; then ") +
                       "ask again, which does nothing twice: " + askAgain(context, kind, options, request);
    }
    context.fail(error, {{"plan", toHex(request.digest.value)}, {"request_id", request.requestId.value}});
}

Result<PlanDigest> planned(Context& context, port::NodeGateway& gateway, const ChangeRequest& request,
                           const ChangeOptions& options) {
    if (!options.plan.empty()) {
        GNOMON_ASSIGN(const Digest digest, digestFromHex(options.plan));
        return PlanDigest(digest);
    }
    GNOMON_ASSIGN(const PlanPreview preview,
                  context.await<PlanPreview>([&](auto done) { gateway.planChange(request, {}, std::move(done)); }));
    if (options.dryRun && context.json()) {
        context.printJson(toJson(preview));
    } else if (!context.json()) {
        context.print(describePreview(preview));
    }
    return preview.digest;
}

void runChange(Context& context, ChangeKind kind, const ChangeOptions& options) {
    const auto change = toRequest(kind, options);
    if (!change) {
        return context.fail(change.error());
    }
    const auto gateway = context.gateway();
    if (!gateway) {
        return context.fail(gateway.error());
    }
    const auto digest = planned(context, **gateway, *change, options);
    if (!digest) {
        return context.fail(digest.error());
    }
    if (options.dryRun) {
        return;
    }
    ExecuteRequest request{*digest, RequestId(options.requestId.empty() ? SystemRandom().id() : options.requestId),
                           options.reason};
    request.expectedKind = kind;
    request.expectedEndpoint = change->endpoint;
    request.expectedVersion = change->version;
    const auto outcome =
        context.await<ChangeOutcome>([&](auto done) { (*gateway)->executePlan(request, {}, std::move(done)); });
    if (!outcome) {
        return failExecution(context, kind, options, request, outcome.error());
    }
    const auto effect = context.await<EffectProof>([&](auto done) {
        (*gateway)->watchEffect(outcome->generation.endpoint, outcome->generation.number, kEffectWait, {},
                                std::move(done));
    });
    if (context.json()) {
        nlohmann::json object = toJson(*outcome);
        object["effect"] = effect ? toJson(*effect) : toJson(effect.error());
        context.printJson(object);
    } else {
        context.print("done: " + outcome->generation.endpoint.value + " is at generation " +
                      std::to_string(outcome->generation.number.value) + ", audit record " +
                      std::to_string(outcome->intent.value) + "\n");
        context.print(outcome->outcome
                          ? "outcome: audit record " + std::to_string(outcome->outcome->value) + "\n"
                          : "outcome: not recorded yet, for the audit trail cannot be written; see to its disk\n");
        context.print(effect ? "proof of effect: first reply of the new generation " + effect->firstExchange + " by " +
                                   effect->servedBy + (effect->byProbe ? " (probe: there was no traffic)" : "") + "\n"
                      : isReplaced(effect.error().code) ? "not in force any more: " + effect.error().message + "\n"
                                                        : "not confirmed yet: " + effect.error().message + "\n");
    }
    if (!effect) {
        context.setExitCode(isReplaced(effect.error().code) ? ExitCode::Refused : ExitCode::Unconfirmed);
    }
}

void addChange(CLI::App& app, Context& context, const std::string& name, const std::string& help, ChangeKind kind) {
    auto* verb = app.add_subcommand(name, help);
    auto options = std::make_shared<ChangeOptions>();
    verb->add_option("endpoint", options->endpoint, "The endpoint")->required();
    const bool wantsVersion = kind == ChangeKind::Promote || kind == ChangeKind::ShadowStart ||
                              kind == ChangeKind::ShadowMirror || kind == ChangeKind::ShadowStop;
    if (wantsVersion) {
        verb->add_option("version", options->version, "The version, as 2 or v2")
            ->required(kind != ChangeKind::ShadowStop);
    }
    // A plan says all that these say, and was shown already.
    auto* plan = verb->add_option("--plan", options->plan,
                                  "Execute exactly this previewed plan (64 hexadecimal digits), which must be for what "
                                  "the verb, the endpoint and the version say");
    plan->check([](const std::string& text) {
        const auto digest = digestFromHex(text);
        return digest ? std::string() : digest.error().message;
    });
    if (kind == ChangeKind::ShadowStart || kind == ChangeKind::ShadowMirror) {
        verb->add_option("--mirror", options->percent,
                         kind == ChangeKind::ShadowMirror
                             ? "Share of requests to mirror, in percent; required without --plan"
                             : "Share of requests to mirror, in percent")
            ->check(CLI::Range(0, 100))
            ->excludes(plan);
    }
    if (kind == ChangeKind::Rollback) {
        verb->add_option(
                "--to", options->generation,
                "The generation to go back to; when not given, the last one older than what is in force goes back to")
            ->excludes(plan);
    }
    verb->add_option("--reason", options->reason,
                     directionOf(kind) == Direction::Safe ? "Why; optional in the safe direction" : "Why; required");
    verb->add_option("--request-id", options->requestId,
                     "Idempotency key of executing the plan; the same key again gives the same answer and does nothing")
        ->check([](const std::string& text) { return std::string(text.empty() ? "is empty" : ""); })
        ->needs(plan);
    verb->add_flag("--dry-run", options->dryRun, "Only show what would be done")->excludes(plan);
    verb->add_flag("--skip-replay", options->skipDryRun, "Plan without replaying recorded requests (emergency)")
        ->excludes(plan);
    verb->callback([&context, kind, options] { runChange(context, kind, *options); });
}

void addPlan(CLI::App& app, Context& context) {
    auto* verb = app.add_subcommand("plan", "Preview a change: the same as that change with --dry-run");
    const auto options = std::make_shared<ChangeOptions>();
    const auto kind = std::make_shared<std::string>();
    options->dryRun = true;
    verb->add_option(
            "change", *kind,
            "fallback, restore, rollback, promote, shadow-start, shadow-stop, shadow-mirror, enable or disable")
        ->required();
    verb->add_option("endpoint", options->endpoint, "The endpoint")->required();
    verb->add_option("version", options->version, "The version, where the change needs one");
    verb->add_option("--mirror", options->percent, "Share of requests to mirror, in percent")
        ->check(CLI::Range(0, 100));
    verb->add_option("--to", options->generation, "The generation to go back to");
    verb->add_option("--reason", options->reason, "Why");
    verb->add_flag("--skip-replay", options->skipDryRun, "Plan without replaying recorded requests");
    verb->callback([&context, kind, options] {
        const auto parsed = parseChangeKind(*kind);
        parsed ? runChange(context, *parsed, *options) : context.fail(parsed.error());
    });
}

} // namespace

void addChanges(CLI::App& app, Context& context) {
    addPlan(app, context);
    addChange(app, context, "fallback", "Answer every call from the fallback chain", ChangeKind::Fallback);
    addChange(app, context, "restore", "Leave the fallback: production answers again", ChangeKind::Restore);
    addChange(app, context, "rollback", "Make a new generation equal to an old one", ChangeKind::Rollback);
    addChange(app, context, "promote", "Make a version production", ChangeKind::Promote);
    auto* shadow = app.add_subcommand("shadow", "Start, stop or resize a shadow");
    shadow->require_subcommand(1);
    addChange(*shadow, context, "start", "Mirror requests to a version beside production", ChangeKind::ShadowStart);
    addChange(*shadow, context, "stop", "Stop mirroring to a shadow", ChangeKind::ShadowStop);
    addChange(*shadow, context, "mirror", "Change the share of requests that is mirrored", ChangeKind::ShadowMirror);
    addChange(app, context, "enable", "Let a disabled endpoint answer again", ChangeKind::Enable);
    addChange(app, context, "disable", "Refuse every call of an endpoint", ChangeKind::Disable);
}

} // namespace gnomon::ctl
