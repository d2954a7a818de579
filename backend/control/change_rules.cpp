// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/control/change_rules.h"
#include "backend/domain/rollback.h"

#include <algorithm>
#include <set>

namespace gnomon::control {

namespace {

std::string nameOf(VersionNumber version) {
    return "v" + std::to_string(version.value);
}

std::string nameOf(GenerationNumber generation) {
    return "generation " + std::to_string(generation.value);
}

Error impossible(const Situation& situation, const std::string& cause, const std::string& remedy = {}) {
    return {ErrorCode::FailedPrecondition, "endpoint '" + situation.current.endpoint.value + "' " + cause, remedy};
}

std::string since(const Generation& generation) {
    return "since " + toRfc3339(generation.time) + " by " + printable(generation.actor.person);
}

const Generation* lastInMode(const Situation& situation, bool (*fits)(Mode)) {
    const auto found = std::find_if(situation.history.begin(), situation.history.end(),
                                    [fits](const Generation& generation) { return fits(generation.deployment.mode); });
    return found == situation.history.end() ? nullptr : &*found;
}

bool isShadow(const Deployment& deployment, VersionNumber version) {
    return std::any_of(deployment.shadows.begin(), deployment.shadows.end(),
                       [version](const ShadowSpec& shadow) { return shadow.version == version; });
}

// The version that the request names, which the endpoint must have and which must not have been refused.
Result<VersionNumber> usableVersion(const ChangeRequest& request, const Situation& situation) {
    if (!request.version) {
        return Error{ErrorCode::InvalidArgument,
                     "the change '" + std::string(changeKindName(request.kind)) + "' needs a version", "name it",
                     "version"};
    }
    for (const Version& version : situation.versions) {
        if (version.number == *request.version) {
            if (version.state == VersionState::Refused) {
                return impossible(situation, "cannot use " + nameOf(version.number) + ": " + version.health);
            }
            return version.number;
        }
    }
    return impossible(situation, "has no " + nameOf(*request.version), "list its versions to see which there are");
}

// The shadow that the request means: the one that it names, or the only one.
Result<std::size_t> shadowMeant(const ChangeRequest& request, const Situation& situation) {
    const std::vector<ShadowSpec>& shadows = situation.current.deployment.shadows;
    if (!request.version && shadows.size() == 1) {
        return std::size_t{0};
    }
    if (!request.version) {
        return impossible(situation, shadows.empty() ? "has no shadow" : "has several shadows",
                          shadows.empty() ? "" : "name the version of one");
    }
    for (std::size_t i = 0; i < shadows.size(); ++i) {
        if (shadows[i].version == *request.version) {
            return i;
        }
    }
    return impossible(situation, "has no shadow " + nameOf(*request.version));
}

Result<Proposal> fallback(const Situation& situation) {
    Proposal proposal{situation.current.deployment, {}, Direction::Safe, {}};
    switch (proposal.result.mode) {
    case Mode::Fallback:
        return impossible(situation, "is in FALLBACK already, " + since(situation.current), "nothing needs to be done");
    case Mode::Disabled:
        return impossible(situation, "is disabled, " + since(situation.current) + ": no call is answered at all",
                          "enable it first");
    case Mode::Production:
        break;
    }
    proposal.result.mode = Mode::Fallback;
    if (proposal.result.chain.front().kind == FallbackKind::Refuse) {
        proposal.notes.emplace_back("every call will be refused: the fallback chain has nothing but refuse");
    }
    return proposal;
}

Result<Proposal> restore(const Situation& situation) {
    if (situation.current.deployment.mode != Mode::Fallback) {
        return impossible(situation, "is not in FALLBACK", "restore only ends a fallback");
    }
    const Generation* last = lastInMode(situation, [](Mode mode) { return mode == Mode::Production; });
    if (last == nullptr) {
        return impossible(situation, "never was in PRODUCTION", "promote the version that is to answer");
    }
    return Proposal{last->deployment, last->number, Direction::Risky, {}};
}

Result<Proposal> rollback(const ChangeRequest& request, const Situation& situation) {
    const auto chosen = request.toGeneration ? request.toGeneration : rollbackTarget(situation.history);
    if (!chosen) {
        return impossible(situation, "has no generation before what it does now", "name the one to go to");
    }
    const GenerationNumber target = *chosen;
    const auto found = std::find_if(situation.history.begin(), situation.history.end(),
                                    [target](const Generation& generation) { return generation.number == target; });
    if (found == situation.history.end()) {
        return impossible(situation, "has no " + nameOf(target));
    }
    if (found->deployment == situation.current.deployment) {
        return impossible(situation, "does what " + nameOf(target) + " did already", "nothing needs to be done");
    }
    Proposal proposal{found->deployment, target, Direction::Safe, {}};
    // Out of safety it is an enable or a restore by another name.
    const Mode from = situation.current.deployment.mode;
    const Mode to = found->deployment.mode;
    if (from != to && (from == Mode::Disabled || to == Mode::Production)) {
        proposal.direction = Direction::Risky;
        proposal.notes.push_back("this ends " + std::string(modeName(from)) + ", so it needs a reason");
    }
    if (const auto left = rolledBackFrom(situation.history, target)) {
        proposal.direction = Direction::Risky;
        proposal.notes.push_back(nameOf(*left) + " went back from " + nameOf(target) +
                                 ": this goes forward to it again, so it needs a reason");
    }
    return proposal;
}

Result<Proposal> promote(const ChangeRequest& request, const Situation& situation) {
    GNOMON_ASSIGN(const VersionNumber version, usableVersion(request, situation));
    const Deployment& before = situation.current.deployment;
    if (before.mode == Mode::Disabled) {
        return impossible(situation, "is disabled, " + since(situation.current), "enable it first");
    }
    if (before.production == version && before.mode == Mode::Production) {
        return impossible(situation, "has " + nameOf(version) + " in production already", "nothing needs to be done");
    }
    if (before.production == version) {
        return impossible(situation, "has " + nameOf(version) + " as its production version, but is in FALLBACK",
                          "restore it");
    }
    Proposal proposal{before, {}, Direction::Risky, {}};
    Deployment& after = proposal.result;
    after.mode = Mode::Production;
    after.production = version;
    std::erase_if(after.shadows, [version](const ShadowSpec& shadow) { return shadow.version == version; });
    std::erase_if(after.chain, [version, &before](const FallbackStep& step) {
        return step.kind == FallbackKind::Version && (step.version == version || step.version == before.production);
    });
    after.chain.insert(after.chain.begin(), {FallbackKind::Version, before.production});
    if (before.mode == Mode::Fallback) {
        proposal.notes.emplace_back("this ends FALLBACK");
    }
    const auto everDid = [&situation, version](auto did) {
        return std::any_of(
            situation.history.begin(), situation.history.end(),
            [version, did](const Generation& generation) { return did(generation.deployment, version); });
    };
    if (!everDid([](const Deployment& past, VersionNumber number) { return past.production == number; })) {
        proposal.notes.push_back(nameOf(version) + " was never production on this node");
    }
    if (!everDid([](const Deployment& past, VersionNumber number) { return isShadow(past, number); })) {
        proposal.notes.push_back(nameOf(version) + " was never a shadow on this node: nothing compared it");
    }
    return proposal;
}

Result<Proposal> shadowStart(const ChangeRequest& request, const Situation& situation) {
    GNOMON_ASSIGN(const VersionNumber version, usableVersion(request, situation));
    const Deployment& before = situation.current.deployment;
    if (before.production == version) {
        return impossible(situation, "has " + nameOf(version) + " in production: it would be its own shadow");
    }
    if (isShadow(before, version)) {
        return impossible(situation, "has " + nameOf(version) + " as a shadow already", "change its share instead");
    }
    const int percent = request.mirrorPercent.value_or(100);
    if (percent < 1 || percent > 100) {
        return Error{
            ErrorCode::InvalidArgument, "a shadow is started with a share of 1 to 100 %", {}, "mirror_percent"};
    }
    Proposal proposal{before, {}, Direction::Risky, {}};
    proposal.result.shadows.push_back({version, percent});
    if (!before.shadows.empty()) {
        const std::string first = nameOf(before.shadows.front().version);
        proposal.notes.push_back("one shadow at a time is compared, and that is " + first + ": " + nameOf(version) +
                                 " is not compared until " + first + " is stopped");
    }
    if (before.mode != Mode::Production) {
        proposal.notes.push_back("requests are mirrored in PRODUCTION only, and the endpoint is in " +
                                 std::string(modeName(before.mode)));
    }
    return proposal;
}

Result<Proposal> shadowStop(const ChangeRequest& request, const Situation& situation) {
    GNOMON_ASSIGN(const std::size_t index, shadowMeant(request, situation));
    Proposal proposal{situation.current.deployment, {}, Direction::Safe, {}};
    proposal.version = proposal.result.shadows[index].version;
    proposal.result.shadows.erase(proposal.result.shadows.begin() + static_cast<std::ptrdiff_t>(index));
    return proposal;
}

Result<Proposal> shadowMirror(const ChangeRequest& request, const Situation& situation) {
    GNOMON_ASSIGN(const std::size_t index, shadowMeant(request, situation));
    if (!request.mirrorPercent || *request.mirrorPercent < 0 || *request.mirrorPercent > 100) {
        return Error{ErrorCode::InvalidArgument, "the share to mirror must be 0 to 100 %", {}, "mirror_percent"};
    }
    Proposal proposal{situation.current.deployment, {}, Direction::Risky, {}};
    ShadowSpec& shadow = proposal.result.shadows[index];
    if (shadow.mirrorPercent == *request.mirrorPercent) {
        return impossible(situation,
                          "mirrors " + std::to_string(shadow.mirrorPercent) + " % to " + nameOf(shadow.version) +
                              " already",
                          "nothing needs to be done");
    }
    shadow.mirrorPercent = *request.mirrorPercent;
    return proposal;
}

Result<Proposal> enable(const Situation& situation) {
    if (situation.current.deployment.mode != Mode::Disabled) {
        return impossible(situation, "is not disabled", "nothing needs to be done");
    }
    const Generation* last = lastInMode(situation, [](Mode mode) { return mode != Mode::Disabled; });
    Proposal proposal{situation.current.deployment, {}, Direction::Risky, {}};
    proposal.result.mode = last != nullptr ? last->deployment.mode : Mode::Production;
    if (proposal.result.mode == Mode::Fallback) {
        proposal.notes.emplace_back("the endpoint was in FALLBACK when it was disabled and will be again");
    }
    return proposal;
}

Result<Proposal> disable(const Situation& situation) {
    if (situation.current.deployment.mode == Mode::Disabled) {
        return impossible(situation, "is disabled already, " + since(situation.current), "nothing needs to be done");
    }
    Proposal proposal{situation.current.deployment, {}, Direction::Safe, {}};
    proposal.result.mode = Mode::Disabled;
    return proposal;
}

Result<Proposal> proposeKind(const ChangeRequest& request, const Situation& situation) {
    switch (request.kind) {
    case ChangeKind::Initial:
        return Error{ErrorCode::InvalidArgument, "the initial deployment is made by the node alone", {}, "kind"};
    case ChangeKind::Fallback:
        return fallback(situation);
    case ChangeKind::Restore:
        return restore(situation);
    case ChangeKind::Rollback:
        return rollback(request, situation);
    case ChangeKind::Promote:
        return promote(request, situation);
    case ChangeKind::ShadowStart:
        return shadowStart(request, situation);
    case ChangeKind::ShadowStop:
        return shadowStop(request, situation);
    case ChangeKind::ShadowMirror:
        return shadowMirror(request, situation);
    case ChangeKind::Enable:
        return enable(situation);
    case ChangeKind::Disable:
        return disable(situation);
    }
    return Error{ErrorCode::InvalidArgument, "that kind of change is unknown", {}, "kind"};
}

std::string shadowsText(const Deployment& deployment) {
    std::string text;
    for (const ShadowSpec& shadow : deployment.shadows) {
        text += (text.empty() ? "" : ", ") + nameOf(shadow.version) + " " + std::to_string(shadow.mirrorPercent) + " %";
    }
    return text.empty() ? "none" : text;
}

std::string chainText(const Deployment& deployment) {
    std::string text;
    for (const FallbackStep& step : deployment.chain) {
        text += (text.empty() ? "" : ", ") + describe(step);
    }
    return text;
}

} // namespace

Result<Proposal> propose(const ChangeRequest& request, const Situation& situation) {
    GNOMON_ASSIGN(Proposal proposal, proposeKind(request, situation));
    for (const Version& version : situation.versions) {
        const bool asked = proposal.result.mode == Mode::Production && proposal.result.production == version.number;
        if (asked && version.state == VersionState::Skipped) {
            proposal.notes.push_back(nameOf(version.number) + " is " + version.health +
                                     "; this change lets it be asked again");
        }
    }
    return proposal;
}

std::vector<FieldChange> fieldChanges(const Deployment& before, const Deployment& after) {
    std::vector<FieldChange> all = {
        {"mode", std::string(modeName(before.mode)), std::string(modeName(after.mode))},
        {"production", nameOf(before.production), nameOf(after.production)},
        {"shadows", shadowsText(before), shadowsText(after)},
        {"chain", chainText(before), chainText(after)},
    };
    std::erase_if(all, [](const FieldChange& change) { return change.before == change.after; });
    return all;
}

std::vector<VersionNumber> versionsNamed(const Deployment& deployment) {
    std::set<VersionNumber> named = {deployment.production};
    for (const ShadowSpec& shadow : deployment.shadows) {
        named.insert(shadow.version);
    }
    for (const FallbackStep& step : deployment.chain) {
        if (step.kind == FallbackKind::Version) {
            named.insert(step.version);
        }
    }
    return {named.begin(), named.end()};
}

} // namespace gnomon::control
