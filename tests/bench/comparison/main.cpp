// SPDX-License-Identifier: GPL-3.0-or-later
// What a compared pair costs, and what a verdict is worth: how often one is untrue, and how soon one-sided flips show.
#include "tests/support/bench_report.h"
#include "tests/support/comparison_stream.h"

#include <cmath>

namespace {

using namespace gnomon;
using test::Stream;

constexpr int kRuns = 5;
constexpr int kPairs = 100000;
constexpr int kExperiments = 1000;
constexpr int kLooks = 20;
constexpr int kPairsPerLook = 1000;
constexpr int kPatience = 1000000; // pairs

class Nobody final : public port::ObservationSink {
public:
    void observe(const Observation& observation) override { m_pairs += observation.exchange.legs.size(); }

private:
    std::size_t m_pairs = 0;
};

std::vector<Observation> pairs(int count) {
    Stream stream;
    std::vector<Observation> all;
    for (int i = 0; i < count; ++i) {
        const double score = stream.unit();
        all.push_back(stream.pair(score, stream.unit() < 0.01 ? 1 - score : score));
    }
    return all;
}

// clock: of the sink; it moves along with the pairs.
double nsPerPair(port::ObservationSink& sink, test::ManualClock& clock, const std::vector<Observation>& all) {
    const double start = test::cpuSeconds();
    for (const Observation& observation : all) {
        clock.advance(observation.exchange.time - clock.wallNow());
        sink.observe(observation);
    }
    return (test::cpuSeconds() - start) * 1e9 / static_cast<double>(all.size());
}

bool claimsOneSided(const Comparison& comparison) {
    return comparison.flipEvidence >= -std::log10(comparison.alpha);
}

// The share of differing decisions is exactly the margin, flips go either way, scores do not differ on average: neither
// "different" nor "equivalent" nor "one-sided" is true, at any look.
bool anythingUntrue(unsigned seed) {
    Stream stream(seed);
    for (int look = 0; look < kLooks; ++look) {
        stream.sendFlipping(kPairsPerLook, Stream::defaults().margin, false);
        const Comparison comparison = stream.comparison();
        if (comparison.verdict != Verdict::CannotTellYet || claimsOneSided(comparison)) {
            return true;
        }
    }
    return false;
}

double pairsUntilOneSided(double share, unsigned seed) {
    Stream stream(seed);
    while (stream.count == 0 ||
           (stream.count < kPatience && !claimsOneSided(*stream.monitor->summary(EndpointName("spam"))))) {
        stream.sendFlipping(1, share, true);
    }
    return static_cast<double>(stream.count);
}

double medianPairs(double share) {
    std::vector<double> needed;
    for (unsigned seed = 1; seed <= 101; ++seed) {
        needed.push_back(pairsUntilOneSided(share, seed));
    }
    return test::median(needed);
}

} // namespace

int main() {
    const std::vector<Observation> all = pairs(kPairs);
    std::vector<double> compared;
    std::vector<double> bare;
    for (int run = 0; run < kRuns; ++run) { // alternating, so that both see the same machine
        Nobody nobody;
        Stream stream;
        test::ManualClock clock;
        bare.push_back(nsPerPair(nobody, clock, all));
        compared.push_back(nsPerPair(*stream.monitor, stream.clock, all));
    }
    int untrue = 0;
    for (unsigned seed = 1; seed <= kExperiments; ++seed) {
        untrue += anythingUntrue(seed) ? 1 : 0;
    }
    test::BenchReport report("comparison", kRuns);
    report.lower("ns_per_pair", test::median(compared), "ns CPU", 1000);
    report.lower("ns_per_pair_not_compared", test::median(bare), "ns CPU");
    report.lower("wrong_verdict_share", untrue / static_cast<double>(kExperiments), "share", 0.05);
    report.lower("pairs_to_flip_1pct", medianPairs(0.01), "pairs");
    report.lower("pairs_to_flip_3pct", medianPairs(0.03), "pairs");
    return report.finish();
}
