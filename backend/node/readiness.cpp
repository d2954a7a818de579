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

bool answersAs(const Deployment& deployment, const std::vector<Version>& versions, VersionNumber number) {
    const std::vector<VersionNumber> named = control::versionsNamed(deployment);
    const bool withdrawn = deployment.mode == Mode::Fallback && number == deployment.production;
    return deployment.mode != Mode::Disabled && !withdrawn &&
           std::find(named.begin(), named.end(), number) != named.end() && isReady(versions, number);
}

} // namespace gnomon::node
