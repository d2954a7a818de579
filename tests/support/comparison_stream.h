// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/domain/exchange.h"
#include "backend/monitor/comparison_monitor.h"
#include "tests/support/manual_clock.h"

#include <memory>
#include <random>
#include <string>

namespace gnomon::test {

// A monitor with one endpoint "spam", and a synthetic stream of exchanges into it: each one a tenth of a second after
// the one before, of an entity of its own, answered alike by v1 and its shadow v2 unless the test says otherwise.
class Stream {
public:
    explicit Stream(unsigned seed = 1, EndpointSettings settings = defaults(), monitor::KeepComparisons keep = nullptr)
        : random(seed), monitor(monitor::makeComparisonMonitor({std::move(settings)}, clock, std::move(keep))) {}

    static EndpointSettings defaults() {
        EndpointSettings settings;
        settings.name = EndpointName("spam");
        settings.decision.positive = "spam";
        settings.decision.negative = "ham";
        settings.margin = 0.01;
        settings.scoreMargin = 0.02;
        settings.clusterParameter = "mail";
        return settings;
    }

    double unit() { return std::uniform_real_distribution<double>()(random); }

    // An exchange that both answered with that score; the decision follows at 0.5.
    Observation pair(double production, double shadow) {
        clock.advance(std::chrono::milliseconds(100));
        return pairAt(clock.wallNow(), production, shadow);
    }

    // The same of a request that came at that time; the clock stands still.
    Observation pairAt(WallTime came, double production, double shadow) {
        Observation observation;
        Exchange& exchange = observation.exchange;
        exchange.id = ExchangeId(std::to_string(++count));
        exchange.time = came;
        exchange.endpoint = EndpointName("spam");
        exchange.generation = GenerationNumber(1);
        exchange.cluster = "mail-" + std::to_string(count);
        exchange.servedBy = "production";
        exchange.mirrored = true;
        exchange.legs = {leg(LegRole::Production, 1, production), leg(LegRole::Shadow, 2, shadow)};
        observation.shadows = {VersionNumber(2)};
        return observation;
    }

    Observation equalPair() {
        const double score = unit();
        return pair(score, score);
    }

    void send(const Observation& observation) { monitor->observe(observation); }
    void sendEqual(int pairs) {
        for (int i = 0; i < pairs; ++i) {
            send(equalPair());
        }
    }
    // Of the pairs the share `flips` is decided the other way; all towards spam, or half each way.
    void sendFlipping(int pairs, double flips, bool oneSided) {
        for (int i = 0; i < pairs; ++i) {
            const bool up = oneSided || unit() < 0.5;
            const double low = unit() * 0.5;
            const double high = 0.5 + unit() * 0.5;
            const bool flip = unit() < flips;
            send(flip ? pair(up ? low : high, up ? high : low) : pair(low, low));
        }
    }

    Comparison comparison() const { return monitor->comparison(EndpointName("spam")).value(); }
    Verdict verdict() const { return monitor->summary(EndpointName("spam"))->verdict; }

    static Leg leg(LegRole role, std::uint32_t version, double score) {
        Leg leg;
        leg.role = role;
        leg.version = VersionNumber(version);
        leg.digest.bytes[0] = static_cast<std::uint8_t>(version);
        leg.score = score;
        leg.decision = score >= 0.5 ? "spam" : "ham";
        leg.latency = std::chrono::milliseconds(1);
        return leg;
    }

    ManualClock clock;
    std::mt19937_64 random;
    std::unique_ptr<monitor::ComparisonMonitor> monitor;
    std::uint64_t count = 0;
};

inline const VerdictReason* reasonOf(const Comparison& comparison, const std::string& aspect) {
    for (const VerdictReason& reason : comparison.reasons) {
        if (reason.aspect == aspect) {
            return &reason;
        }
    }
    return nullptr;
}

} // namespace gnomon::test
