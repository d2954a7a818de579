// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/service_record.h"

#include <algorithm>
#include <map>
#include <ranges>

namespace gnomon::ui {

using namespace std::chrono_literals;

namespace {

constexpr std::chrono::milliseconds kWeek = std::chrono::hours(7 * 24);
constexpr std::chrono::milliseconds kHour = std::chrono::hours(1);
constexpr int kManyTimes = 10;
constexpr std::uint64_t kLeastPairs = 100;

std::map<std::uint32_t, VersionService> servicesOf(const std::vector<Generation>& history, WallTime now) {
    std::map<std::uint32_t, VersionService> services;
    WallTime until = now;
    for (const Generation& generation : history) {
        const Deployment& deployment = generation.deployment;
        if (deployment.mode == Mode::Production) {
            VersionService fresh;
            fresh.version = deployment.production;
            fresh.newest = generation.number;
            VersionService& service = services.try_emplace(deployment.production.value, fresh).first->second;
            service.first = generation.time;
            const auto served = std::chrono::duration_cast<std::chrono::milliseconds>(until - generation.time);
            service.served += std::max(served, std::chrono::milliseconds(0)); // clocks can be set back
        }
        until = generation.time;
    }
    return services;
}

const Leg* decidedLeg(const Exchange& exchange, LegRole role, VersionNumber version) {
    const auto found = std::ranges::find_if(exchange.legs, [&](const Leg& leg) {
        return leg.role == role && leg.kind == FallbackKind::Version && leg.version == version &&
               leg.outcome == LegOutcome::Ok && !leg.decision.empty();
    });
    return found == exchange.legs.end() ? nullptr : &*found;
}

} // namespace

bool ServiceRecord::newcomer() const {
    return elder && production.served < kWeek && production.served < std::max(kHour, elder->served * kManyTimes);
}

std::optional<ServiceRecord> serviceRecord(const std::vector<Generation>& history, VersionNumber production,
                                           VersionNumber shadow, WallTime now) {
    if (history.empty() || !(history.front().deployment.production == production)) {
        return std::nullopt;
    }
    const auto services = servicesOf(history, now);
    const auto served = services.find(production.value);
    if (served == services.end()) {
        return std::nullopt; // it was never let serve
    }
    ServiceRecord record;
    record.production = served->second;
    record.arrival = history.front();
    for (const Generation& generation : history) {
        if (!(generation.deployment.production == production)) {
            break;
        }
        record.arrival = generation;
    }
    record.sinceArrival =
        std::max(std::chrono::duration_cast<std::chrono::milliseconds>(now - record.arrival.time), 0ms);
    for (const VersionService& service : services | std::views::values) {
        if (service.version == shadow) {
            record.shadow = service;
        }
        if (service.first < record.production.first && (!record.elder || service.served > record.elder->served)) {
            record.elder = service;
        }
    }
    return record;
}

std::optional<double> EarlierPairs::share() const {
    return pairs < kLeastPairs ? std::nullopt
                               : std::optional(static_cast<double>(differing) / static_cast<double>(pairs));
}

EarlierPairs earlierPairs(const std::vector<Exchange>& exchanges, VersionNumber production, VersionNumber shadow) {
    EarlierPairs earlier;
    for (const Exchange& exchange : exchanges) {
        const Leg* a = decidedLeg(exchange, LegRole::Production, production);
        const Leg* b = decidedLeg(exchange, LegRole::Shadow, shadow);
        if (a != nullptr && b != nullptr) {
            ++earlier.pairs;
            earlier.differing += a->decision == b->decision ? 0 : 1;
        }
    }
    return earlier;
}

Background backgroundOf(const EndpointSnapshot& endpoint, const std::vector<Generation>& history,
                        const Comparison& comparison) {
    Background background;
    background.mode = endpoint.generation.deployment.mode;
    background.record = serviceRecord(history, comparison.production, comparison.shadow, comparison.asOf);
    background.substitutionShare = endpoint.substitutionShare;
    background.substitutionReason = endpoint.lastReason;
    return background;
}

} // namespace gnomon::ui
