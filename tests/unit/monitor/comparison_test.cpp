// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/comparison_stream.h"

#include <gtest/gtest.h>

namespace gnomon::monitor {
namespace {

using test::reasonOf;
using test::Stream;

const EndpointName kSpam("spam");

TEST(Comparison, isNotFoundBeforeTheFirstPair) {
    Stream stream;
    EXPECT_EQ(stream.monitor->comparison(kSpam).error().code, ErrorCode::NotFound);
    EXPECT_FALSE(stream.monitor->summary(kSpam));
}

// Somebody who has started a shadow is not told to start one.
TEST(Comparison, saysOfADeployedShadowThatNothingWasMirroredYet) {
    Stream stream;
    EXPECT_NE(stream.monitor->comparison(kSpam).error().remedy.find("start a shadow"), std::string::npos);
    Generation generation;
    generation.endpoint = kSpam;
    generation.number = GenerationNumber(1);
    generation.deployment = {VersionNumber(1), {{VersionNumber(2), 100}}, {}, Mode::Production};
    stream.monitor->deployed(generation);
    for (const auto& error :
         {stream.monitor->comparison(kSpam).error(), stream.monitor->startExperiment(kSpam).error()}) {
        EXPECT_NE(error.message.find("has shadow v2, but no request was mirrored"), std::string::npos) << error.message;
        EXPECT_EQ(error.remedy.find("start a shadow"), std::string::npos) << error.remedy;
    }
    generation.deployment.mode = Mode::Fallback;
    stream.monitor->deployed(generation);
    EXPECT_NE(stream.monitor->comparison(kSpam).error().remedy.find("it is in FALLBACK"), std::string::npos);
}

TEST(Comparison, equalVersionsBecomeEquivalent) {
    Stream stream;
    stream.sendEqual(100);
    EXPECT_EQ(stream.verdict(), Verdict::CannotTellYet);
    stream.sendEqual(2400);
    const Comparison comparison = stream.comparison();
    EXPECT_EQ(comparison.verdict, Verdict::Equivalent);
    EXPECT_EQ(comparison.agreement, 1);
    EXPECT_GT(comparison.agreementInterval.low, 0.99);
    EXPECT_EQ(comparison.clusters, 2500u);
    EXPECT_TRUE(comparison.hasScores);
    EXPECT_FALSE(comparison.pairsToVerdict);
}

TEST(Comparison, oneSidedFlipsAboveTheMarginAreDifferent) {
    Stream stream;
    stream.sendFlipping(3000, 0.03, true);
    const Comparison comparison = stream.comparison();
    EXPECT_EQ(comparison.verdict, Verdict::Different);
    EXPECT_GT(comparison.flipsToPositive, 50u);
    EXPECT_EQ(comparison.flipsToNegative, 0u);
    EXPECT_GT(comparison.flipEvidence, 6);
    const std::string text = reasonOf(comparison, "decisions")->text;
    EXPECT_NE(text.find("margin 1.0 %"), std::string::npos) << text;
    EXPECT_NE(text.find("flips favour spam always (E > 10^"), std::string::npos) << text;
}

TEST(Comparison, twoSidedFlipsAboveTheMarginAreDifferentToo) {
    Stream stream;
    stream.sendFlipping(3000, 0.05, false);
    EXPECT_EQ(stream.verdict(), Verdict::Different);
    EXPECT_LT(stream.comparison().flipEvidence, 2);
}

TEST(Comparison, oneSidedFlipsWithinTheMarginAreEquivalent) {
    EndpointSettings settings = Stream::defaults();
    settings.margin = 0.1;
    Stream stream(1, settings);
    stream.sendFlipping(3000, 0.02, true);
    EXPECT_EQ(stream.verdict(), Verdict::Equivalent);
}

TEST(Comparison, shiftedScoresAreDifferentThoughDecisionsHold) {
    Stream stream;
    for (int i = 0; i < 2500; ++i) {
        const double score = stream.unit() * 0.4;
        stream.send(stream.pair(score, score + 0.05));
    }
    const Comparison comparison = stream.comparison();
    EXPECT_EQ(reasonOf(comparison, "decisions")->verdict, Verdict::Equivalent);
    EXPECT_EQ(reasonOf(comparison, "scores")->verdict, Verdict::Different);
    EXPECT_EQ(comparison.verdict, Verdict::Different);
    EXPECT_NEAR(comparison.meanDifference, 0.05, 1e-9);
}

TEST(Comparison, isNotUndoneByWhatComesLater) {
    Stream stream;
    stream.sendFlipping(2000, 0.05, true);
    ASSERT_EQ(stream.verdict(), Verdict::Different);
    // So many equal pairs that the interval reaches down to the margin again.
    stream.sendEqual(8000);
    const Comparison comparison = stream.comparison();
    EXPECT_LT(1 - comparison.agreement, 0.0125);
    EXPECT_EQ(comparison.verdict, Verdict::Different);
}

TEST(Comparison, contradictingEvidenceIsConflicting) {
    Stream stream;
    stream.sendEqual(2500);
    ASSERT_EQ(stream.verdict(), Verdict::Equivalent);
    stream.sendFlipping(2500, 0.1, true);
    EXPECT_EQ(stream.verdict(), Verdict::Conflicting);
    stream.sendEqual(5000);
    EXPECT_EQ(stream.verdict(), Verdict::Conflicting);
}

TEST(Comparison, repeatsOfOneEntityAddNoEvidence) {
    Stream stream;
    for (int i = 0; i < 5000; ++i) {
        Observation observation = stream.pair(0.2, 0.8);
        observation.exchange.cluster = "mail-" + std::to_string(i % 3);
        stream.send(observation);
    }
    const Comparison comparison = stream.comparison();
    EXPECT_EQ(comparison.coverage.matched, 5000u);
    EXPECT_EQ(comparison.clusters, 3u);
    EXPECT_EQ(comparison.verdict, Verdict::CannotTellYet);
    EXPECT_EQ(comparison.agreement, 0);
    EXPECT_GT(comparison.agreementInterval.high, 0.5);
    EXPECT_LT(comparison.flipEvidence, 1);
}

TEST(Comparison, equalInputsAreOneEntityWhenNobodyNamesOne) {
    EndpointSettings settings = Stream::defaults();
    settings.clusterParameter.clear();
    Stream stream(1, settings);
    for (int i = 0; i < 300; ++i) {
        Observation observation = stream.pair(0.2, 0.3);
        observation.exchange.cluster = "2026-03-01T12:00";
        const auto value = static_cast<std::uint8_t>(i % 4);
        observation.inputs = makeTensorSet({{"x", DataType::Uint8, {1}, {value}}});
        stream.send(observation);
    }
    EXPECT_EQ(stream.comparison().clusters, 4u);
}

TEST(Comparison, whereThePairsWentIsCounted) {
    Stream stream;
    const auto sendWith = [&](LegOutcome production, LegOutcome shadow) {
        Observation observation = stream.equalPair();
        observation.exchange.legs[0].outcome = production;
        observation.exchange.legs[1].outcome = shadow;
        stream.send(observation);
    };
    sendWith(LegOutcome::Ok, LegOutcome::Ok);
    for (const LegOutcome shadow : {LegOutcome::Failed, LegOutcome::NotFinite, LegOutcome::Late, LegOutcome::Dropped,
                                    LegOutcome::Lost, LegOutcome::Skipped}) {
        sendWith(LegOutcome::Ok, shadow);
    }
    sendWith(LegOutcome::Failed, LegOutcome::Ok);
    Observation unmirrored = stream.equalPair();
    unmirrored.exchange.legs.pop_back();
    unmirrored.exchange.mirrored = false;
    stream.send(unmirrored);

    const Comparison comparison = stream.comparison();
    const Coverage expected{9, 8, 1, 1, 2, 1, 2, 1};
    EXPECT_EQ(comparison.coverage, expected);
    EXPECT_EQ(comparison.productionErrors, 1u);
    EXPECT_EQ(comparison.shadowErrors, 3u);
    EXPECT_EQ(comparison.agreement, 1);
    EXPECT_EQ(comparison.agreementMissingDisagree, 1.0 / 8);
}

TEST(Comparison, cannotTellWhilePairsAreMissing) {
    Stream stream;
    for (int i = 0; i < 6000; ++i) {
        Observation observation = stream.equalPair();
        observation.exchange.legs[1].outcome = i % 5 == 0 ? LegOutcome::Late : LegOutcome::Ok;
        stream.send(observation);
    }
    const Comparison comparison = stream.comparison();
    EXPECT_EQ(comparison.verdict, Verdict::CannotTellYet);
    EXPECT_EQ(comparison.reasons.front().aspect, "coverage");
    EXPECT_EQ(comparison.reasons.front().text,
              "80.0 % of 6 000 mirrored requests became pairs, at least 90.0 % is needed: 1 200 late");
    EXPECT_FALSE(comparison.pairsToVerdict);
}

TEST(Comparison, aShadowThatFailsAloneIsWorse) {
    Stream stream;
    for (int i = 0; i < 400; ++i) {
        Observation observation = stream.equalPair();
        observation.exchange.legs[1].outcome = i % 10 == 0 ? LegOutcome::Failed : LegOutcome::Ok;
        stream.send(observation);
    }
    const Comparison comparison = stream.comparison();
    EXPECT_EQ(reasonOf(comparison, "errors")->verdict, Verdict::Worse);
    EXPECT_EQ(comparison.verdict, Verdict::Worse);
}

TEST(Comparison, equalDecisionsWithMoreErrorsAreConflicting) {
    Stream stream;
    for (int i = 0; i < 4000; ++i) {
        Observation observation = stream.equalPair();
        observation.exchange.legs[1].outcome = i % 20 == 0 ? LegOutcome::NotFinite : LegOutcome::Ok;
        stream.send(observation);
    }
    EXPECT_EQ(stream.verdict(), Verdict::Conflicting);
}

TEST(Comparison, slowerInMostPairsIsWorse) {
    Stream stream;
    for (int i = 0; i < 300; ++i) {
        Observation observation = stream.equalPair();
        observation.exchange.legs[1].latency = std::chrono::milliseconds(20);
        stream.send(observation);
    }
    EXPECT_EQ(reasonOf(stream.comparison(), "latency")->verdict, Verdict::Worse);
    EXPECT_EQ(stream.verdict(), Verdict::Worse);
}

TEST(Comparison, slowerByLittleIsNotNoticed) {
    Stream stream;
    for (int i = 0; i < 2500; ++i) {
        Observation observation = stream.equalPair();
        observation.exchange.legs[1].latency = std::chrono::milliseconds(5); // of a budget of 200
        stream.send(observation);
    }
    EXPECT_EQ(stream.verdict(), Verdict::Equivalent);
}

TEST(Comparison, aLongTailIsWorse) {
    Stream stream;
    for (int i = 0; i < 2500; ++i) {
        Observation observation = stream.equalPair();
        observation.exchange.legs[1].latency = std::chrono::milliseconds(i % 10 == 0 ? 150 : 1);
        stream.send(observation);
    }
    const VerdictReason* reason = reasonOf(stream.comparison(), "latency");
    EXPECT_EQ(stream.verdict(), Verdict::Conflicting); // the answers are equivalent
    ASSERT_NE(reason, nullptr);
}

TEST(Comparison, latencyOfBatchesIsNotCompared) {
    Stream stream;
    for (int i = 0; i < 300; ++i) {
        Observation observation = stream.equalPair();
        observation.exchange.legs[1].latency = std::chrono::milliseconds(80);
        observation.exchange.legs[1].single = false;
        stream.send(observation);
    }
    const Comparison comparison = stream.comparison();
    EXPECT_EQ(reasonOf(comparison, "latency")->verdict, Verdict::CannotTellYet);
    EXPECT_EQ(comparison.productionLatency.size(), 4u);
    EXPECT_TRUE(comparison.shadowLatency.empty());
}

TEST(Comparison, showsWhatIsBehindIt) {
    Stream stream;
    stream.sendFlipping(500, 0.2, false);
    const Comparison comparison = stream.comparison();
    std::uint64_t cells = 0;
    for (const TransitionCell& cell : comparison.transitions) {
        cells += cell.count;
    }
    EXPECT_EQ(cells, 500u);
    EXPECT_EQ(comparison.transitions.size(), 3u); // nobody stayed spam
    std::uint64_t binned = 0;
    for (const Bin& bin : comparison.scores) {
        binned += bin.production;
    }
    EXPECT_EQ(binned, 500u);
    EXPECT_EQ(comparison.scores.size(), 50u);
    Coverage all;
    for (const TimeBucket& bucket : comparison.buckets) {
        all += bucket.coverage;
        EXPECT_LE(bucket.agreementInterval.low, bucket.agreementSoFar);
        EXPECT_GE(bucket.agreementInterval.high, bucket.agreementSoFar);
    }
    EXPECT_EQ(all, comparison.coverage);
    EXPECT_EQ(comparison.buckets.back().agreementInterval, comparison.agreementInterval);
    const auto summary = stream.monitor->summary(kSpam);
    EXPECT_TRUE(summary->buckets.empty() && summary->scores.empty() && summary->transitions.empty());
    EXPECT_EQ(summary->reasons, comparison.reasons);
}

TEST(Comparison, saysAboutHowManyMorePairsItTakes) {
    Stream stream;
    stream.sendEqual(500);
    const auto more = stream.comparison().pairsToVerdict;
    ASSERT_TRUE(more);
    stream.sendEqual(static_cast<int>(*more / 2));
    EXPECT_EQ(stream.verdict(), Verdict::CannotTellYet);
    stream.sendEqual(static_cast<int>(*more / 2 + 10));
    EXPECT_EQ(stream.verdict(), Verdict::Equivalent);
}

TEST(Comparison, aNewExperimentStartsAfresh) {
    Stream stream;
    stream.sendFlipping(2000, 0.05, true);
    const Comparison before = stream.comparison();
    ASSERT_EQ(before.verdict, Verdict::Different);
    const Result<Comparison> fresh = stream.monitor->startExperiment(kSpam);
    ASSERT_TRUE(fresh);
    EXPECT_NE(fresh->experiment, before.experiment);
    EXPECT_EQ(fresh->verdict, Verdict::CannotTellYet);
    EXPECT_EQ(fresh->coverage, Coverage{});
    EXPECT_EQ(fresh->shadow, before.shadow);
}

TEST(Comparison, aNewPairEndsTheExperiment) {
    Stream stream;
    stream.sendEqual(50);
    const ExperimentId before = stream.comparison().experiment;
    Observation observation = stream.equalPair();
    observation.exchange.generation = GenerationNumber(2);
    observation.exchange.legs[1] = Stream::leg(LegRole::Shadow, 3, 0.4);
    observation.shadows = {VersionNumber(3)};
    stream.send(observation);
    const Comparison now = stream.comparison();
    EXPECT_NE(now.experiment, before);
    EXPECT_EQ(now.shadow, VersionNumber(3));
    EXPECT_EQ(now.coverage.matched, 1u);
}

TEST(Comparison, lateExchangesOfAnOldGenerationDoNotBringItBack) {
    Stream stream;
    stream.sendEqual(50);
    Observation next = stream.equalPair();
    next.exchange.generation = GenerationNumber(2);
    next.exchange.legs[1] = Stream::leg(LegRole::Shadow, 3, 0.4);
    next.shadows = {VersionNumber(3)};
    stream.send(next);
    stream.send(stream.equalPair()); // generation 1, shadow v2
    EXPECT_EQ(stream.comparison().shadow, VersionNumber(3));
    EXPECT_EQ(stream.comparison().coverage.mirrored, 1u);
}

TEST(Comparison, secondShadowDoesNotDisturbTheFirst) {
    Stream stream;
    stream.sendEqual(10);
    const ExperimentId before = stream.comparison().experiment;
    // From generation 2 on v3 is deployed too, whichever of them is named first.
    for (const std::vector<VersionNumber>& shadows :
         {std::vector{VersionNumber(2), VersionNumber(3)}, std::vector{VersionNumber(3), VersionNumber(2)}}) {
        Observation other = stream.equalPair(); // shown to v3 alone
        other.exchange.generation = GenerationNumber(2);
        other.exchange.legs[1] = Stream::leg(LegRole::Shadow, 3, 0.9);
        other.shadows = shadows;
        stream.send(other);
        Observation both = stream.equalPair();
        both.exchange.generation = GenerationNumber(2);
        both.exchange.legs.insert(both.exchange.legs.begin() + 1, Stream::leg(LegRole::Shadow, 3, 0.9));
        both.shadows = shadows;
        stream.send(both);
    }
    const Comparison now = stream.comparison();
    EXPECT_EQ(now.experiment, before);
    EXPECT_EQ(now.shadow, VersionNumber(2));
    EXPECT_EQ(now.coverage.matched, 12u);
    EXPECT_EQ(now.coverage.requests, 14u);
}

TEST(Comparison, theFirstShadowDeployedIsCompared) {
    Stream stream;
    Observation second = stream.equalPair(); // the first one was not shown this request
    second.exchange.legs[1] = Stream::leg(LegRole::Shadow, 3, 0.9);
    second.shadows = {VersionNumber(2), VersionNumber(3)};
    stream.send(second);
    EXPECT_FALSE(stream.monitor->summary(kSpam));
    Observation first = stream.equalPair();
    first.shadows = second.shadows;
    stream.send(first);
    EXPECT_EQ(stream.comparison().shadow, VersionNumber(2));
}

TEST(Comparison, withoutADeclaredDecisionThereIsNoAgreementToSpeakOf) {
    Stream stream;
    for (int i = 0; i < 20; ++i) {
        Observation observation = stream.equalPair();
        for (Leg& leg : observation.exchange.legs) {
            leg.decision.clear();
            leg.score.reset();
        }
        stream.send(observation);
    }
    const Comparison comparison = stream.comparison();
    EXPECT_TRUE(comparison.noDecisions);
    EXPECT_EQ(comparison.coverage.matched, 20u);
    EXPECT_NE(test::reasonOf(comparison, "decisions")->text.find("no decisions declared"), std::string::npos);
    stream.sendEqual(1);
    EXPECT_FALSE(stream.comparison().noDecisions);

    EndpointSettings settings = Stream::defaults();
    settings.decision.scoreOutput = "p";
    Stream declared(1, settings);
    declared.send(declared.pair(0.1, 0.9));
    EXPECT_FALSE(declared.comparison().noDecisions) << "all differ, which is another thing";
}

TEST(Comparison, aStoppedExperimentStaysTheNewestThatEnded) {
    Stream stream;
    stream.sendEqual(10);
    ASSERT_TRUE(stream.monitor->stopExperiment(kSpam));
    EXPECT_FALSE(stream.monitor->stopExperiment(kSpam));
    stream.sendEqual(10); // same generation: still stopped
    const Comparison ended = stream.comparison();
    EXPECT_TRUE(ended.stopped);
    EXPECT_EQ(ended.coverage.matched, 10u);
    Observation next = stream.equalPair();
    next.exchange.generation = GenerationNumber(2);
    stream.send(next);
    EXPECT_FALSE(stream.comparison().stopped);
    EXPECT_EQ(stream.comparison().coverage.matched, 1u);
}

TEST(Comparison, endsWithTheDeploymentOfItsPair) {
    Stream stream;
    stream.sendEqual(10);
    Generation generation;
    generation.endpoint = kSpam;
    generation.number = GenerationNumber(1);
    stream.monitor->deployed(generation); // its own generation says nothing new
    EXPECT_FALSE(stream.comparison().stopped);
    generation.number = GenerationNumber(2);
    generation.deployment.production = VersionNumber(1);
    generation.deployment.shadows = {{VersionNumber(2), 50}};
    generation.deployment.mode = Mode::Fallback;
    stream.monitor->deployed(generation); // the pair is still deployed
    EXPECT_FALSE(stream.comparison().stopped);
    generation.number = GenerationNumber(3);
    generation.deployment.shadows.clear();
    stream.monitor->deployed(generation);
    EXPECT_TRUE(stream.comparison().stopped);
    stream.sendEqual(5); // of generation 1, late
    EXPECT_EQ(stream.comparison().coverage.matched, 10u);
    Observation again = stream.equalPair();
    again.exchange.generation = GenerationNumber(4);
    stream.send(again);
    EXPECT_FALSE(stream.comparison().stopped);
}

TEST(Comparison, endpointsWithoutSettingsAreIgnored) {
    Stream stream;
    Observation observation = stream.equalPair();
    observation.exchange.endpoint = EndpointName("unknown");
    stream.send(observation);
    EXPECT_FALSE(stream.monitor->summary(EndpointName("unknown")));
    EXPECT_EQ(stream.monitor->startExperiment(EndpointName("unknown")).error().code, ErrorCode::FailedPrecondition);
}

} // namespace
} // namespace gnomon::monitor
