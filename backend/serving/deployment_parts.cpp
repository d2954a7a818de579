// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/deployment_parts.h"
#include "backend/base/log.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

namespace gnomon::serving {

namespace {

constexpr std::int64_t kMostExample = std::int64_t{8} << 20; // elements of one made-up input

Error wrong(const EndpointSettings& settings, const std::string& what) {
    return {ErrorCode::FailedPrecondition, "the deployment of endpoint '" + settings.name.value + "' " + what};
}

// Which versions a deployment needs where.
struct Needs {
    std::set<VersionNumber> inProcess;
    std::set<VersionNumber> worker;

    void add(const Deployment& deployment) {
        inProcess.insert(deployment.production);
        for (const FallbackStep& step : deployment.chain) {
            if (step.kind == FallbackKind::Version) {
                inProcess.insert(step.version);
            }
        }
        for (const ShadowSpec& shadow : deployment.shadows) {
            worker.insert(shadow.version);
        }
    }
    bool has(VersionNumber version, port::Place place) const {
        return (place == port::Place::Worker ? worker : inProcess).count(version) != 0;
    }
};

Needs needsOf(const Deployment& deployment) {
    Needs needs;
    needs.add(deployment);
    return needs;
}

VersionLink linkOf(const Slots& slots, VersionNumber number, port::Place place) {
    VersionLink link;
    link.number = number;
    const auto found = slots.find(number);
    if (found == slots.end()) {
        link.why = "the repository has no such version";
        return link;
    }
    const Version version = found->second->describe();
    link.digest = version.digest;
    link.runner = found->second->runner(place);
    link.health = found->second->health();
    if (!link.runner) {
        link.why = version.health.empty() ? "it was not loaded" : version.health;
    }
    return link;
}

AnswerStep stepOf(const Slots& slots, LegRole role, VersionNumber number) {
    return {role, FallbackKind::Version, linkOf(slots, number, port::Place::InProcess)};
}

std::optional<port::ModelSchema> schemaOf(const InForce& inForce) {
    const auto production = inForce.byNumber.find(inForce.generation.deployment.production);
    if (production != inForce.byNumber.end() && production->second.version.runner) {
        return production->second.version.runner->schema();
    }
    for (const AnswerStep& step : inForce.steps) {
        if (step.version.runner) {
            return step.version.runner->schema();
        }
    }
    return std::nullopt;
}

// The sizes are the model's own words.
Result<Tensor> zeros(const TensorSpec& spec) {
    Tensor tensor{spec.name, spec.type, spec.shape, {}};
    for (std::int64_t& size : tensor.shape) {
        size = size < 0 ? 1 : size;
    }
    const Result<std::int64_t> count = elementCount(tensor.shape);
    if (!count.ok() || *count > kMostExample) {
        return Error{ErrorCode::FailedPrecondition, "input '" + printable(spec.name, 80) + "' is too large to make up",
                     "give the version a golden case"};
    }
    const std::size_t size = elementSize(spec.type);
    // An empty text is a length of zero.
    tensor.data.assign(static_cast<std::size_t>(*count) * (size == 0 ? sizeof(std::uint32_t) : size), 0);
    return tensor;
}

} // namespace

Status checkShape(const EndpointSettings& settings, const Deployment& deployment) {
    if (deployment.production.value == 0) {
        return wrong(settings, "names no production version");
    }
    for (std::size_t i = 0; i < deployment.chain.size(); ++i) {
        const bool last = i + 1 == deployment.chain.size();
        if ((deployment.chain[i].kind == FallbackKind::Version) == last) {
            return wrong(settings, "has a fallback chain that does not end in its only constant or refuse");
        }
        if (deployment.chain[i].kind == FallbackKind::Constant && settings.constant.empty()) {
            return wrong(settings, "falls back to a constant, but endpoint.toml states none");
        }
    }
    if (deployment.chain.empty()) {
        return wrong(settings, "has no fallback chain");
    }
    std::set<VersionNumber> seen = {deployment.production};
    for (const ShadowSpec& shadow : deployment.shadows) {
        if (!seen.insert(shadow.version).second) {
            return wrong(settings, "names v" + std::to_string(shadow.version.value) +
                                       " twice as a shadow, or as shadow of itself");
        }
        if (shadow.mirrorPercent < 0 || shadow.mirrorPercent > 100) {
            return wrong(settings, "mirrors a share outside 0 to 100 %");
        }
    }
    return {};
}

Status warmAll(Slots& slots, const Deployment& deployment, const Deployment* before) {
    const Needs needs = needsOf(deployment);
    const Needs had = before != nullptr ? needsOf(*before) : Needs{};
    const bool productionReturns = before != nullptr && before->mode != Mode::Production;
    Status first;
    for (const port::Place place : {port::Place::InProcess, port::Place::Worker}) {
        for (const VersionNumber number : place == port::Place::Worker ? needs.worker : needs.inProcess) {
            const auto slot = slots.find(number);
            Status status = Error{ErrorCode::FailedPrecondition,
                                  "the repository has no v" + std::to_string(number.value) + " of this endpoint"};
            if (slot != slots.end()) {
                status = slot->second->warm(place);
            }
            const bool mustServe =
                deployment.mode == Mode::Production && number == deployment.production && productionReturns;
            if (status.ok()) {
                continue;
            }
            logEvent(LogLevel::Warning, "version_stays_cold",
                     {{"version", std::to_string(number.value)}, {"reason", status.error().message}});
            if (first.ok() && (mustServe || !had.has(number, place))) {
                first = Error{ErrorCode::FailedPrecondition, status.error().message, status.error().remedy};
            }
        }
    }
    return first;
}

std::shared_ptr<const InForce> assemble(const Generation& generation, const Slots& slots) {
    const Deployment& deployment = generation.deployment;
    auto inForce = std::make_shared<InForce>();
    inForce->generation = generation;
    inForce->tally = std::make_shared<GenerationTally>(generation.number);
    for (const ShadowSpec& shadow : deployment.shadows) {
        const VersionLink link = linkOf(slots, shadow.version, port::Place::Worker);
        inForce->shadows.push_back({link, shadow.mirrorPercent, std::make_shared<std::atomic<std::size_t>>(0)});
        inForce->byNumber[shadow.version] = {LegRole::Fallback, FallbackKind::Version, link};
    }
    std::vector<AnswerStep> chain;
    for (const FallbackStep& step : deployment.chain) {
        AnswerStep answer{LegRole::Fallback, step.kind, {}};
        if (step.kind == FallbackKind::Version) {
            answer = stepOf(slots, LegRole::Fallback, step.version);
            inForce->byNumber[step.version] = answer;
        }
        chain.push_back(std::move(answer));
    }
    const AnswerStep production = stepOf(slots, LegRole::Production, deployment.production);
    inForce->byNumber[deployment.production] = production;
    switch (deployment.mode) {
    case Mode::Production:
        inForce->steps = std::move(chain);
        inForce->steps.insert(inForce->steps.begin(), production);
        break;
    case Mode::Fallback:
        inForce->steps = std::move(chain);
        break;
    case Mode::Disabled:
        break;
    }
    inForce->schema = schemaOf(*inForce);
    return inForce;
}

void keepOnlyNamed(Slots& slots, const std::vector<Deployment>& deployments) {
    Needs needs;
    for (const Deployment& deployment : deployments) {
        needs.add(deployment);
    }
    for (const auto& [number, slot] : slots) {
        slot->keepOnly(needs.has(number, port::Place::InProcess), needs.has(number, port::Place::Worker));
    }
}

Result<TensorSet> exampleFor(const Slots& slots, VersionNumber version) {
    const auto slot = slots.find(version);
    if (slot != slots.end() && !slot->second->golden().empty()) {
        return makeTensorSet(slot->second->golden().front().inputs);
    }
    if (slot == slots.end() || slot->second->describe().inputs.empty()) {
        return Error{ErrorCode::FailedPrecondition,
                     "nothing is known of the inputs of v" + std::to_string(version.value)};
    }
    std::vector<Tensor> tensors;
    for (const TensorSpec& spec : slot->second->describe().inputs) {
        if (!spec.optional) {
            GNOMON_ASSIGN(Tensor tensor, zeros(spec));
            tensors.push_back(std::move(tensor));
        }
    }
    return makeTensorSet(std::move(tensors));
}

} // namespace gnomon::serving
