// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/domain/deployment.h"
#include "backend/domain/version.h"

#include <string>
#include <vector>

// What health and ModelReady say: whether a call would find somebody who answers it. Pure.
namespace gnomon::node {

// A call that names no version: the one that is to answer, one of the chain, or the constant.
bool answers(const Deployment& deployment, const std::vector<Version>& versions);

// Why a call that names the version is not answered: it is not ready, not deployed, or out of service. Empty: it is.
std::string whySilent(const Deployment& deployment, const Version& version);

// A call that names the version: one that is deployed and not kept out of service by FALLBACK.
bool answersAs(const Deployment& deployment, const std::vector<Version>& versions, VersionNumber number);

} // namespace gnomon::node
