// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/readiness.h"
#include "backend/control/change_rules.h"

#include <algorithm>

namespace gnomon::node {

namespace {

bool isReady(const std::vector<Version>& versions, VersionNumber number) {
    return std::any_of(versions.begin(), versions.end(), [number](const Version& version) {
        return version.number == number && version.state == VersionState::Ready;
    });
}

bool chainAnswers(const Deployment& deployment, const std::vector<Version>& versions) {
    return std::any_of(deployment.chain.begin(), deployment.chain.end(), [&](const FallbackStep& step) {
        return step.kind == FallbackKind::Constant ||
               (step.kind == FallbackKind::Version && isReady(versions, step.version));
    });
}

} // namespace

bool answers(const Deployment& deployment, const std::vector<Version>& versions) {
    const bool produces = deployment.mode == Mode::Production && isReady(versions, deployment.production);
    return deployment.mode != Mode::Disabled && (produces || chainAnswers(deployment, versions));
}

std::string whySilent(const Deployment& deployment, const Version& version) {
    if (version.state != VersionState::Ready) {
        return version.health.empty() ? "it is not loaded yet" : version.health;
    }
    if (deployment.mode == Mode::Disabled) {
        return "the endpoint is disabled";
    }
    const std::vector<VersionNumber> named = control::versionsNamed(deployment);
    if (std::find(named.begin(), named.end(), version.number) == named.end()) {
        return "it is not deployed";
    }
    const bool withdrawn = deployment.mode == Mode::Fallback && version.number == deployment.production;
    return withdrawn ? "it is out of service: the endpoint is in FALLBACK" : "";
}

bool answersAs(const Deployment& deployment, const std::vector<Version>& versions, VersionNumber number) {
    return std::any_of(versions.begin(), versions.end(), [&](const Version& version) {
        return version.number == number && whySilent(deployment, version).empty();
    });
}

} // namespace gnomon::node
