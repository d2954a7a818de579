// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/domain/plan.h"
#include "backend/port/exchange_store.h"
#include "backend/serving/endpoint_directory.h"

namespace gnomon::control {

struct DryRunLimits {
    std::size_t rows = 1000;
    std::chrono::milliseconds time{2000};
};

// Replays recorded requests on whatever would answer them after the change, and compares with what was answered then.
// Blocks until done or the time is up; a few runs at a time, so that callers hardly notice. result must be prepared.
DryRun dryRun(serving::EndpointDirectory& directory, port::ExchangeStore& exchanges, const Clock& clock,
              const EndpointName& endpoint, const Deployment& before, const Deployment& result, DryRunLimits limits);

// A dry run that did not take place.
DryRun skippedDryRun(std::string because);

} // namespace gnomon::control
