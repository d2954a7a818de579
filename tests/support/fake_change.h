// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/domain/plan.h"
#include "backend/domain/rollback.h"
#include "tests/support/fake_node_data.h"

#include <algorithm>

namespace gnomon::test {

// What the deployment becomes, or why the request makes no sense now.
inline Result<Deployment> fakeChange(const FakeEndpoint& endpoint, const ChangeRequest& request) {
    Deployment d = endpoint.snapshot.generation.deployment;
    const auto refuse = [&](const std::string& why) {
        return Error{ErrorCode::FailedPrecondition, request.endpoint.value + " " + why};
    };
    const VersionNumber version = request.version.value_or(VersionNumber(0));
    const auto shadow = std::ranges::find(d.shadows, version, &ShadowSpec::version);
    switch (request.kind) {
    case ChangeKind::Initial:
        return refuse("has started already");
    case ChangeKind::Fallback:
        if (d.mode == Mode::Fallback) {
            return refuse("is in fallback already");
        }
        d.mode = Mode::Fallback;
        return d;
    case ChangeKind::Restore:
        if (d.mode != Mode::Fallback) {
            return refuse("is not in fallback");
        }
        d.mode = Mode::Production;
        return d;
    case ChangeKind::Disable:
        d.mode = Mode::Disabled;
        return d;
    case ChangeKind::Enable:
        if (d.mode != Mode::Disabled) {
            return refuse("is not disabled");
        }
        d.mode = Mode::Production;
        return d;
    case ChangeKind::Rollback: {
        const auto target = request.toGeneration ? request.toGeneration : rollbackTarget(endpoint.history);
        for (const Generation& g : endpoint.history) {
            if (g.number == target) {
                return g.deployment;
            }
        }
        return refuse("has no such generation");
    }
    case ChangeKind::Promote:
        std::erase_if(d.shadows, [&](const ShadowSpec& s) { return s.version == version; });
        d.chain.insert(d.chain.begin(), {FallbackKind::Version, d.production});
        d.production = version;
        return d;
    case ChangeKind::ShadowStart:
        d.shadows.push_back({version, request.mirrorPercent.value_or(100)});
        return d;
    case ChangeKind::ShadowStop:
        if (d.shadows.empty()) {
            return refuse("has no shadow to stop");
        }
        d.shadows.erase(shadow == d.shadows.end() ? d.shadows.begin() : shadow);
        return d;
    case ChangeKind::ShadowMirror:
        if (shadow == d.shadows.end()) {
            return refuse("has no such shadow");
        }
        shadow->mirrorPercent = request.mirrorPercent.value_or(100);
        return d;
    }
    return refuse("cannot do that");
}

} // namespace gnomon::test
