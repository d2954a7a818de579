// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/domain/deployment.h"
#include "backend/domain/exchange.h"
#include "backend/domain/node.h"

#include <chrono>
#include <optional>
#include <vector>

namespace gnomon::ui {

// How long a version has answered callers; changes of mode and restarts of the node are not its merit.
struct VersionService {
    VersionNumber version;
    WallTime first;                      // when it first went into production
    std::chrono::milliseconds served{0}; // in production, in all
    GenerationNumber newest;             // the newest generation in which it served: where rolling back leads

    bool operator==(const VersionService&) const = default;
};

// What an endpoint's history says for its production version.
struct ServiceRecord {
    VersionService production;
    Generation arrival;                   // the change that put it into production
    std::optional<VersionService> shadow; // when the shadow ever was in production
    std::optional<VersionService> elder;  // of the versions that served before it ever did, the one that served longest
    std::chrono::milliseconds sinceArrival{0};

    // It was put in place of another one and has not proven itself since: that takes a week, which has seen each of its
    // days, or ten times as long as that one served, but an hour at least. Until then being in production is no merit.
    bool newcomer() const;
};

// history: newest first, as the node lists it. Nothing when it is not the history of that comparison, such as while one
// of the two is out of date.
std::optional<ServiceRecord> serviceRecord(const std::vector<Generation>& history, VersionNumber production,
                                           VersionNumber shadow, WallTime now);

// Requests that an earlier production version and the shadow both decided.
struct EarlierPairs {
    std::uint64_t pairs = 0;
    std::uint64_t differing = 0;

    // Absent while there are too few to say anything.
    std::optional<double> share() const;
    bool operator==(const EarlierPairs&) const = default;
};

EarlierPairs earlierPairs(const std::vector<Exchange>& exchanges, VersionNumber production, VersionNumber shadow);

// What is known beside the comparison itself, for those who must act on it.
struct Background {
    Mode mode = Mode::Production;
    std::optional<ServiceRecord> record;
    std::optional<EarlierPairs> earlier; // of the record's elder and the shadow
    double substitutionShare = 0;        // of the last minute
    std::string substitutionReason;
};

Background backgroundOf(const EndpointSnapshot& endpoint, const std::vector<Generation>& history,
                        const Comparison& comparison);

} // namespace gnomon::ui
