// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/domain/plan.h"
#include "backend/domain/version.h"

#include <optional>
#include <string>
#include <vector>

namespace gnomon::control {

// What the rules look at. All of it must outlive the call.
struct Situation {
    const Generation& current;              // in force
    const std::vector<Generation>& history; // every generation, newest first, current among them
    const std::vector<Version>& versions;   // of the endpoint
};

// What a request comes to.
struct Proposal {
    Deployment result;
    std::optional<GenerationNumber> restores; // the older generation that result equals
    Direction direction = Direction::Safe;
    std::vector<std::string> notes;         // what somebody who decides should know
    std::optional<VersionNumber> version{}; // that the change is about, also where the request left it to be found

    bool operator==(const Proposal&) const = default;
};

// What the requested change makes of the deployment in force. FailedPrecondition, with cause and remedy, when it makes
// no sense now; InvalidArgument when the request lacks what its kind needs. Pure.
//
//   fallback       mode FALLBACK
//   restore        leaves FALLBACK: what the last generation in mode PRODUCTION had
//   rollback       what the stated generation had, or rollbackTarget(); risky out of DISABLED, into PRODUCTION out of
//                  FALLBACK, or to what was rolled back from
//   promote        the version becomes production and leaves shadows and chain; the old one comes first in the chain
//   shadow-start, shadow-stop, shadow-mirror
//   disable        mode DISABLED
//   enable         the mode before it was disabled
Result<Proposal> propose(const ChangeRequest& request, const Situation& situation);

// Field by field, as people read it.
std::vector<FieldChange> fieldChanges(const Deployment& before, const Deployment& after);

// Every version that the deployment names, each once, ascending.
std::vector<VersionNumber> versionsNamed(const Deployment& deployment);

} // namespace gnomon::control
