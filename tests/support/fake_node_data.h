// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/domain/comparison.h"
#include "backend/domain/exchange.h"
#include "backend/domain/node.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

// Plausible, repeatable data of one node: the two endpoints of the demo with their history, comparison and exchanges.
namespace gnomon::test {

inline Digest fakeDigest(std::string_view text) {
    return sha256(asBytes(text));
}

inline std::string fakeId(std::string_view text) {
    return toHex(fakeDigest(text)).substr(0, 32);
}

inline Actor fakeActor(const std::string& person) {
    return {person, "spiffe://example/console/" + person + "/desk", "mtls", fakeDigest("cert of " + person)};
}

inline Version fakeVersion(const EndpointName& endpoint, std::uint32_t number, const std::string& description) {
    Version version;
    version.endpoint = endpoint;
    version.number = VersionNumber(number);
    version.digest = fakeDigest(endpoint.value + std::to_string(number));
    version.engine = "onnxruntime";
    version.description = description;
    version.inputs = {{"features", DataType::Fp32, {-1, 8}}};
    version.outputs = {{"probabilities", DataType::Fp32, {-1, 2}}};
    version.goldenCases = 12;
    version.state = VersionState::Ready;
    return version;
}

// What one comparison should look like; everything else follows from it.
struct FakeExperiment {
    std::uint64_t pairs = 0;
    double disagreement = 0;
    double toPositiveShare = 0.5; // of the flips
    double slowdown = 1;
    double scoreShift = 0;
    Verdict verdict = Verdict::Equivalent;
    unsigned seed = 1;
};

inline Comparison fakeComparison(const EndpointSettings& settings, VersionNumber production, VersionNumber shadow,
                                 const FakeExperiment& wanted, WallTime now) {
    using namespace std::chrono;
    std::mt19937 random(wanted.seed);
    Comparison c;
    c.experiment = ExperimentId(fakeId(settings.name.value + " experiment"));
    c.endpoint = settings.name;
    c.production = production;
    c.shadow = shadow;
    c.started = now - minutes(60);
    c.asOf = now;
    c.margin = settings.margin;
    c.scoreMargin = settings.scoreMargin;
    c.verdict = wanted.verdict;
    const auto n = wanted.pairs;
    c.coverage = {n + n / 100, n + n / 150, n, n / 400, n / 900, n / 1200, 0, 0};
    c.clusters = n / 3;
    const auto flips = static_cast<std::uint64_t>(std::llround(static_cast<double>(n) * wanted.disagreement));
    c.agreeing = n - flips;
    c.agreement = n == 0 ? 0 : static_cast<double>(c.agreeing) / static_cast<double>(n);
    const double half =
        n == 0 ? 0.5 : 2.2 * std::sqrt(std::max(0.0004, c.agreement * (1 - c.agreement)) / static_cast<double>(n));
    c.agreementInterval = {std::max(0.0, c.agreement - half), std::min(1.0, c.agreement + half)};
    c.agreementMissingDisagree = c.agreement * 0.993;
    c.flipsToPositive = static_cast<std::uint64_t>(std::llround(static_cast<double>(flips) * wanted.toPositiveShare));
    c.flipsToNegative = flips - c.flipsToPositive;
    const double skew = std::abs(wanted.toPositiveShare - 0.5) * 2;
    c.flipEvidence = static_cast<double>(flips) * skew * skew * 0.1;
    c.meanDifference = wanted.scoreShift;
    c.meanDifferenceInterval = {wanted.scoreShift - half * 0.4, wanted.scoreShift + half * 0.4};
    c.hasScores = true;
    const auto positive = static_cast<std::uint64_t>(0.38 * static_cast<double>(c.agreeing));
    c.transitions = {{settings.decision.positive, settings.decision.positive, positive},
                     {settings.decision.positive, settings.decision.negative, c.flipsToNegative},
                     {settings.decision.negative, settings.decision.positive, c.flipsToPositive},
                     {settings.decision.negative, settings.decision.negative, c.agreeing - positive}};
    const double base[] = {0.00042, 0.00071, 0.0016, 0.0041};
    const double at[] = {0.5, 0.9, 0.99, 0.999};
    for (int i = 0; i < 4; ++i) {
        c.productionLatency.push_back({at[i], base[i]});
        c.shadowLatency.push_back({at[i], base[i] * (1 + (wanted.slowdown - 1) * (0.4 + 0.2 * i))});
    }
    for (int i = 0; i < 20; ++i) {
        const double x = (i + 0.5) / 20;
        const double density = std::exp(-x * 7) + 0.7 * std::exp(-(1 - x) * 9) + 0.05;
        const double moved =
            std::exp(-(x - wanted.scoreShift) * 7) + 0.7 * std::exp(-(1 - x + wanted.scoreShift) * 9) + 0.05;
        const double scale = static_cast<double>(n) / 7.0;
        c.scores.push_back({i / 20.0, (i + 1) / 20.0, static_cast<std::uint64_t>(density * scale),
                            static_cast<std::uint64_t>(moved * scale)});
    }
    constexpr int kBuckets = 60;
    std::uint64_t pairs = 0;
    double agreed = 0;
    std::normal_distribution<double> noise(0, wanted.disagreement * 0.18 + 0.0004);
    for (int i = 0; i < kBuckets; ++i) {
        TimeBucket bucket;
        bucket.start = c.started + minutes(i);
        bucket.length = seconds(60);
        bucket.coverage.matched = n / kBuckets;
        // For a while in the middle the shadow did not keep up.
        bucket.coverage.dropped = i >= 25 && i < 32 ? bucket.coverage.matched / 20 : 0;
        bucket.coverage.late = i == 28 ? bucket.coverage.matched / 50 : 0;
        bucket.coverage.mirrored = bucket.coverage.matched + bucket.coverage.dropped + bucket.coverage.late;
        bucket.coverage.requests = bucket.coverage.mirrored + bucket.coverage.matched / 100;
        const double drop =
            wanted.verdict == Verdict::Different && i > 30 ? wanted.disagreement * 1.6 : wanted.disagreement * 0.4;
        const double rate = std::clamp(1 - drop + noise(random), 0.0, 1.0);
        bucket.agreeing = static_cast<std::uint64_t>(std::llround(rate * static_cast<double>(bucket.coverage.matched)));
        pairs += bucket.coverage.matched;
        agreed += static_cast<double>(bucket.agreeing);
        bucket.agreementSoFar = pairs == 0 ? 0 : agreed / static_cast<double>(pairs);
        const double width =
            pairs == 0 ? 0.5
                       : 2.6 * std::sqrt(std::max(0.0009, bucket.agreementSoFar * (1 - bucket.agreementSoFar)) /
                                         static_cast<double>(pairs));
        bucket.agreementInterval = {std::max(0.0, bucket.agreementSoFar - width),
                                    std::min(1.0, bucket.agreementSoFar + width)};
        bucket.meanDifferenceSoFar = wanted.scoreShift;
        bucket.meanDifferenceInterval = {wanted.scoreShift - width * 0.4, wanted.scoreShift + width * 0.4};
        c.buckets.push_back(bucket);
    }
    if (wanted.verdict == Verdict::Different) {
        c.reasons = {
            {"decisions", Verdict::Different, "3.9 % (3.7 to 4.1) of 9 000 distinct requests differ, margin 0.5 %"},
            {"scores", Verdict::Different, "mean score difference +0.031 (0.028 to 0.034), margin 0.020"},
            {"latency", Verdict::Worse, "p99 is 1.8 times that of production"}};
    } else if (wanted.verdict == Verdict::CannotTellYet) {
        c.pairsToVerdict = 2300;
        c.reasons = {{"decisions", Verdict::CannotTellYet, "the interval still contains the margin"}};
    } else {
        c.reasons = {{"decisions", Verdict::Equivalent, "decisions differ in at most 0.4 %, margin 0.5 %"}};
    }
    return c;
}

// The summary that heartbeats carry.
inline Comparison fakeSummary(Comparison c) {
    c.buckets.clear();
    c.scores.clear();
    c.transitions.clear();
    c.productionLatency.clear();
    c.shadowLatency.clear();
    return c;
}

// One endpoint with all that the node keeps of it.
struct FakeEndpoint {
    EndpointSnapshot snapshot;
    std::vector<Generation> history; // newest first
    std::optional<Comparison> comparison;
    std::vector<Exchange> exchanges; // newest first
};

inline std::vector<Exchange> fakeExchanges(const EndpointSettings& settings, const Deployment& deployment,
                                           GenerationNumber generation, double disagreement, double shift,
                                           WallTime now) {
    using namespace std::chrono;
    std::mt19937 random(7);
    std::uniform_real_distribution<double> unit(0, 1);
    std::vector<Exchange> list;
    const auto decide = [&](double score) {
        return score >= settings.decision.threshold ? settings.decision.positive : settings.decision.negative;
    };
    for (int i = 0; i < 240; ++i) {
        Exchange e;
        e.id = ExchangeId(fakeId(settings.name.value + " exchange " + std::to_string(i)));
        e.time = now - milliseconds(i * 730 + 40);
        e.endpoint = settings.name;
        e.generation = generation;
        e.caller = "spiffe://example/caller/shop/mail-gateway";
        e.tenant = "shop";
        e.requestId = "row-" + std::to_string(4600 - i);
        e.cluster = std::to_string(i / 3);
        e.servedBy = "production";
        const double score = unit(random);
        const bool flips = unit(random) < std::max(0.08, disagreement * 4);
        const double other = std::clamp(flips ? 1 - score + shift : score + shift * unit(random), 0.0, 1.0);
        e.legs.push_back({LegRole::Production,
                          FallbackKind::Version,
                          deployment.production,
                          fakeDigest("p"),
                          LegOutcome::Ok,
                          score,
                          decide(score),
                          microseconds(380 + i % 90),
                          true,
                          {}});
        if (!deployment.shadows.empty()) {
            e.mirrored = true;
            e.legs.push_back({LegRole::Shadow,
                              FallbackKind::Version,
                              deployment.shadows[0].version,
                              fakeDigest("s"),
                              LegOutcome::Ok,
                              other,
                              decide(other),
                              microseconds(520 + i % 200),
                              i % 4 == 0,
                              {}});
        }
        list.push_back(std::move(e));
    }
    return list;
}

inline FakeEndpoint fakeEndpoint(EndpointSettings settings, const FakeExperiment& experiment, double rate,
                                 WallTime now) {
    using namespace std::chrono;
    FakeEndpoint e;
    const EndpointName name = settings.name;
    Deployment first;
    first.production = VersionNumber(1);
    first.chain = {{FallbackKind::Constant, {}}};
    Deployment second = first;
    second.shadows = {{VersionNumber(2), 50}};
    Deployment third = first;
    third.shadows = {{VersionNumber(2), 100}};
    const auto generation = [&](std::uint64_t n, const Deployment& d, ChangeKind kind, const Actor& actor,
                                const std::string& reason, WallTime at) {
        Generation g;
        g.endpoint = name;
        g.number = GenerationNumber(n);
        g.deployment = d;
        g.kind = kind;
        g.intent = Seq(n * 3);
        g.time = at;
        g.actor = actor;
        g.reason = reason;
        return g;
    };
    e.history = {
        generation(3, third, ChangeKind::ShadowMirror, fakeActor("grace"), "latency looks fine at half",
                   now - minutes(62)),
        generation(2, second, ChangeKind::ShadowStart, fakeActor("ada"), "ML-311: try v2 beside v1", now - hours(5)),
        generation(1, first, ChangeKind::Initial, machineActor("start"), "first start", now - hours(72))};
    e.snapshot.settings = std::move(settings);
    e.snapshot.generation = e.history.front();
    e.snapshot.versions = {fakeVersion(name, 1, "honest baseline"), fakeVersion(name, 2, "more features"),
                           fakeVersion(name, 3, "trained on poisoned labels")};
    e.snapshot.requestsPerSecond = rate;
    e.snapshot.requests = static_cast<std::uint64_t>(rate * 3600);
    e.snapshot.p50Seconds = 0.00042;
    e.snapshot.p99Seconds = 0.0016;
    e.comparison = fakeComparison(e.snapshot.settings, VersionNumber(1), VersionNumber(2), experiment, now);
    e.snapshot.comparison = fakeSummary(*e.comparison);
    e.exchanges = fakeExchanges(e.snapshot.settings, third, GenerationNumber(3), experiment.disagreement,
                                experiment.scoreShift, now);
    return e;
}

inline std::vector<FakeEndpoint> fakeEndpoints(WallTime now) {
    EndpointSettings spam;
    spam.name = EndpointName("spam-filter");
    spam.description = "Decides whether a mail is spam";
    spam.owner = "mail-platform";
    spam.decision = {"probabilities", 1, 0.5, "spam", "ham", {}};
    spam.constant = {{"probabilities", DataType::Fp32, {1, 2}, Bytes(8)}};
    EndpointSettings credit;
    credit.name = EndpointName("credit-approval");
    credit.description = "Decides whether a loan is granted";
    credit.owner = "risk-ml";
    credit.decision = {"probabilities", 1, 0.5, "approve", "deny", {}};
    credit.constant = spam.constant;
    return {fakeEndpoint(spam, {182'440, 0.039, 0.86, 1.8, 0.031, Verdict::Different, 3}, 412.3, now),
            fakeEndpoint(credit, {61'220, 0.0027, 0.5, 1.05, 0.002, Verdict::Equivalent, 5}, 38.7, now)};
}

} // namespace gnomon::test
