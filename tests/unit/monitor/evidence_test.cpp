// SPDX-License-Identifier: GPL-3.0-or-later
// Which requests are evidence about latency and errors, whatever they took and in whatever order they end.
#include "backend/base/mutex.h"
#include "tests/support/comparison_stream.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <thread>
#include <utility>

namespace gnomon::monitor {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using test::reasonOf;
using test::Stream;

struct Latencies {
    milliseconds production;
    milliseconds shadow;
};

struct Traffic {
    double perSecond = 50;
    bool oneLane = false; // the shadow computes one request after the other
    std::function<Latencies(Stream&)> latencies;
    double single = 1; // share of what the shadow runs alone, and not in a batch
};

constexpr milliseconds kBudget{200}; // of the stream's endpoint
constexpr milliseconds kShadowTime{5000};

// Requests come at random; each is told when its shadow has ended, the clock moves along with them. What takes longer
// than it may is late.
void sendTraffic(Stream& stream, int requests, const Traffic& traffic) {
    struct Run {
        WallTime ends;
        Observation observation;
    };
    std::vector<Run> runs;
    WallTime came = stream.clock.wallNow();
    WallTime laneFree = came;
    for (int i = 0; i < requests; ++i) {
        const double gap = std::exponential_distribution<double>(traffic.perSecond)(stream.random);
        came += microseconds(static_cast<std::int64_t>(gap * 1e6));
        Latencies latencies = traffic.latencies(stream);
        Observation observation = stream.pairAt(came, 0.2, 0.2);
        Leg& production = observation.exchange.legs[0];
        Leg& shadow = observation.exchange.legs[1];
        if (latencies.production > kBudget) {
            production.outcome = LegOutcome::Late;
            latencies.production = kBudget;
        }
        production.latency = latencies.production;
        shadow.single = traffic.single >= 1 || stream.unit() < traffic.single;
        shadow.latency = latencies.shadow;
        if (latencies.shadow > kShadowTime) {
            shadow.outcome = LegOutcome::Late;
            shadow.latency = {};
            latencies.shadow = kShadowTime;
        }
        const WallTime asked = came + latencies.production;
        const WallTime begins = traffic.oneLane ? std::max(asked, laneFree) : asked;
        laneFree = begins + latencies.shadow;
        runs.push_back({laneFree, std::move(observation)});
    }
    std::stable_sort(runs.begin(), runs.end(), [](const Run& a, const Run& b) { return a.ends < b.ends; });
    for (const Run& run : runs) {
        stream.clock.advance(run.ends - stream.clock.wallNow());
        stream.send(run.observation);
    }
}

Verdict latencyOf(const Stream& stream) {
    return reasonOf(stream.comparison(), "latency")->verdict;
}

Verdict errorsOf(const Stream& stream) {
    return reasonOf(stream.comparison(), "errors")->verdict;
}

void sendWith(Stream& stream, LegOutcome production, LegOutcome shadow, int pairs) {
    for (int i = 0; i < pairs; ++i) {
        Observation observation = stream.equalPair();
        observation.exchange.legs[0].outcome = production;
        observation.exchange.legs[1].outcome = shadow;
        stream.send(observation);
    }
}

void sendSlower(Stream& stream, int pairs) {
    for (int i = 0; i < pairs; ++i) {
        Observation observation = stream.equalPair();
        observation.exchange.legs[1].latency = milliseconds(20);
        stream.send(observation);
    }
}

TEST(Evidence, runsThatEndAfterLaterOnesCount) {
    Stream stream;
    sendTraffic(stream, 6000, {50, false, [](Stream& s) {
                                   return Latencies{milliseconds(1), milliseconds(s.unit() < 0.1 ? 300 : 1)};
                               }});
    EXPECT_EQ(latencyOf(stream), Verdict::Worse);
}

TEST(Evidence, aShadowThatIsFastOrVerySlowIsNotBetter) {
    Stream stream;
    sendTraffic(stream, 6000, {50, false, [](Stream& s) {
                                   return Latencies{milliseconds(40), milliseconds(s.unit() < 0.6 ? 300 : 1)};
                               }});
    EXPECT_EQ(latencyOf(stream), Verdict::Worse);
}

// Of the same tenth of a second, the next request would take the place of the one that is not answered.
TEST(Evidence, aShadowThatOftenNeverAnswersIsNotBetter) {
    for (unsigned seed = 1; seed <= 5; ++seed) {
        Stream stream(seed);
        sendTraffic(stream, 10000, {50, false, [](Stream& s) {
                                        return Latencies{milliseconds(40), milliseconds(s.unit() < 0.09 ? 9000 : 1)};
                                    }});
        EXPECT_EQ(latencyOf(stream), Verdict::CannotTellYet) << seed;
    }
}

TEST(Evidence, aFasterShadowThatIsSeldomLateIsBetter) {
    Stream stream;
    sendTraffic(stream, 10000, {50, false, [](Stream& s) {
                                    return Latencies{milliseconds(40), milliseconds(s.unit() < 0.002 ? 9000 : 1)};
                                }});
    EXPECT_EQ(latencyOf(stream), Verdict::Better);
    EXPECT_EQ(reasonOf(stream.comparison(), "latency")->text.find("no noticeable"), std::string::npos);
}

// It waited where the node was busy, while what it answered is told without waiting.
TEST(Evidence, anEqualShadowThatOnlyWaitsIsNotWorse) {
    for (unsigned seed = 1; seed <= 5; ++seed) {
        Stream stream(seed);
        sendTraffic(stream, 10000, {50, false, [](Stream& s) {
                                        return Latencies{milliseconds(1), milliseconds(s.unit() < 0.05 ? 9000 : 1)};
                                    }});
        EXPECT_EQ(latencyOf(stream), Verdict::CannotTellYet) << seed;
        EXPECT_NE(reasonOf(stream.comparison(), "latency")->text.find("; the shadow was late in "), std::string::npos);
    }
}

// Most of a batched shadow's late requests were members of a batch, and say as little of it as the others.
TEST(Evidence, lateMembersOfBatchesAreNoEvidence) {
    Stream stream;
    sendTraffic(stream, 20000,
                {100, false,
                 [](Stream& s) {
                     return Latencies{milliseconds(40), milliseconds(s.unit() < 0.002 ? 9000 : 1)};
                 },
                 0.25});
    EXPECT_EQ(latencyOf(stream), Verdict::Better);
}

// It has no more than the budget, while its shadow may take 5 s.
TEST(Evidence, aLateProductionDoesNotMakeAnEqualShadowWorse) {
    const auto latency = [](Stream& s) { return milliseconds(s.unit() < 0.05 ? 300 : 1); };
    for (unsigned seed = 1; seed <= 5; ++seed) {
        Stream stream(seed);
        sendTraffic(stream, 10000, {50, false, [&](Stream& s) { return Latencies{latency(s), latency(s)}; }});
        EXPECT_EQ(latencyOf(stream), Verdict::CannotTellYet) << seed;
    }
}

// Twelve requests in each tenth of a second, of which the first ends like that.
void sendBursts(Stream& stream, int bursts, LegOutcome first, LegOutcome second, milliseconds latency) {
    for (int i = 0; i < bursts; ++i) {
        stream.clock.advance(milliseconds(100));
        for (int n = 0; n < 12; ++n) {
            Observation observation = stream.pairAt(stream.clock.wallNow() + microseconds(n), 0.2, 0.2);
            Leg& shadow = observation.exchange.legs[1];
            shadow.outcome = n == 0 ? first : n == 1 ? second : LegOutcome::Ok;
            shadow.latency = latency;
            stream.send(observation);
        }
    }
    stream.clock.advance(std::chrono::seconds(10));
}

TEST(Evidence, whatFailedIsNotReplacedInItsTenth) {
    Stream stream;
    sendBursts(stream, 300, LegOutcome::Failed, LegOutcome::Ok, milliseconds(100));
    EXPECT_EQ(latencyOf(stream), Verdict::CannotTellYet);
    Stream dropped; // it never was in the running
    sendBursts(dropped, 300, LegOutcome::Dropped, LegOutcome::Ok, milliseconds(100));
    EXPECT_EQ(latencyOf(dropped), Verdict::Worse);
}

TEST(Evidence, whatWasLateIsNotReplacedInItsTenth) {
    Stream stream;
    sendBursts(stream, 300, LegOutcome::Late, LegOutcome::Failed, milliseconds(1));
    EXPECT_EQ(errorsOf(stream), Verdict::CannotTellYet);
}

TEST(Evidence, aBurstThatSilenceFollowsIsTold) {
    Stream stream;
    sendSlower(stream, 50);
    sendWith(stream, LegOutcome::Ok, LegOutcome::Failed, 4);
    const auto says = [&](const char* aspect, const char* what) {
        return reasonOf(stream.comparison(), aspect)->text.find(what) != std::string::npos;
    };
    EXPECT_TRUE(says("latency", "; 53 samples are not told yet"));
    EXPECT_TRUE(says("errors", "; too few to tell which fails more often; 53 samples are not told yet"));
    stream.clock.advance(std::chrono::seconds(10));
    EXPECT_EQ(latencyOf(stream), Verdict::Worse);
    EXPECT_FALSE(says("latency", "not told yet"));
    EXPECT_TRUE(says("errors", "the shadow failed 4 and production 0 of 54 requests that both tried; too few to tell"));
    Stream listed;
    sendWith(listed, LegOutcome::Ok, LegOutcome::Failed, 50);
    listed.clock.advance(std::chrono::seconds(10));
    EXPECT_EQ(listed.verdict(), Verdict::Worse) << "in the summary too";
}

TEST(Evidence, whatIsRipeWhenTheExperimentIsStoppedIsTold) {
    Stream stream;
    sendSlower(stream, 50);
    stream.clock.advance(milliseconds(6300)); // the newest second or so is still open
    ASSERT_TRUE(stream.monitor->stopExperiment(EndpointName("spam")));
    const VerdictReason reason = *reasonOf(stream.comparison(), "latency");
    EXPECT_EQ(reason.verdict, Verdict::Worse);
    EXPECT_EQ(reason.text.find("not told yet"), std::string::npos);
    EXPECT_EQ(reason.text.find("p50 "), 0u) << "whoever shows it names the aspect beside it: " << reason.text;
}

// What ends first after a given moment is most often what took longest, where one run follows the other.
TEST(Evidence, aBusyLaneDoesNotMakeAnEqualShadowWorse) {
    for (unsigned seed = 1; seed <= 10; ++seed) {
        Stream stream(seed);
        const auto latency = [](Stream& s) { return milliseconds(s.unit() < 0.1 ? 50 : 1); };
        sendTraffic(stream, 20000, {130, true, [&](Stream& s) { return Latencies{latency(s), latency(s)}; }});
        EXPECT_EQ(latencyOf(stream), Verdict::CannotTellYet) << seed;
    }
}

TEST(Evidence, aClockThatWasAheadForAWhileHidesNothing) {
    Stream stream;
    stream.sendEqual(100);
    stream.clock.advance(std::chrono::hours(24));
    stream.sendEqual(100);
    stream.clock.advance(-std::chrono::hours(24));
    sendSlower(stream, 800);
    EXPECT_EQ(latencyOf(stream), Verdict::Worse);
    sendWith(stream, LegOutcome::Ok, LegOutcome::Failed, 100);
    stream.sendEqual(100);
    EXPECT_EQ(errorsOf(stream), Verdict::Worse);
}

TEST(Evidence, aClockThatIsBehindTheSavedOneHidesNothing) {
    Stream before;
    before.clock.advance(std::chrono::hours(24));
    before.sendEqual(100);
    Stream after;
    ASSERT_TRUE(after.monitor->restore(before.monitor->save()));
    sendSlower(after, 800);
    EXPECT_EQ(latencyOf(after), Verdict::Worse);
}

// The next reading of the time stalls after it was taken, until it is let go or for a while.
class StallingClock final : public Clock {
public:
    WallTime wallNow() const override {
        const MutexLock lock(m_mutex);
        const WallTime now = m_now;
        if (std::exchange(m_stalls, false)) {
            m_stalled = true;
            m_changed.notifyAll();
            const auto until = std::chrono::steady_clock::now() + milliseconds(300);
            while (m_stalled && m_changed.waitUntil(m_mutex, until)) {
            }
        }
        return now;
    }
    MonoTime monoNow() const override { return {}; }
    void stallNext() {
        const MutexLock lock(m_mutex);
        m_stalls = true;
    }
    void awaitStalled() {
        const MutexLock lock(m_mutex);
        while (!m_stalled) {
            m_changed.wait(m_mutex);
        }
    }
    void letGo() {
        const MutexLock lock(m_mutex);
        m_stalled = false;
        m_changed.notifyAll();
    }
    void advance(milliseconds by) {
        const MutexLock lock(m_mutex);
        m_now += by;
    }

private:
    mutable Mutex m_mutex;
    mutable Condition m_changed;
    WallTime m_now GUARDED_BY(m_mutex){std::chrono::hours(1)};
    mutable bool m_stalls GUARDED_BY(m_mutex) = false;
    mutable bool m_stalled GUARDED_BY(m_mutex) = false;
};

// It would pass for a clock that was set back, and what came before the start for what came after.
TEST(Evidence, aTimeThatWasReadBeforeTheStartDoesNotUndoIt) {
    StallingClock clock;
    const auto monitor = makeComparisonMonitor({Stream::defaults()}, clock);
    Stream stream;
    const auto failing = [&] {
        Observation observation = stream.pairAt(clock.wallNow(), 0.2, 0.2);
        observation.exchange.legs[1].outcome = LegOutcome::Failed;
        return observation;
    };
    monitor->observe(failing());
    const Observation before = failing();
    clock.stallNext();
    std::thread observing([&] { monitor->observe(before); });
    clock.awaitStalled();
    clock.advance(milliseconds(500));
    ASSERT_TRUE(monitor->startExperiment(EndpointName("spam")));
    clock.letGo();
    observing.join();
    const Comparison comparison = monitor->comparison(EndpointName("spam")).value();
    EXPECT_EQ(reasonOf(comparison, "errors")->text.find("not told yet"), std::string::npos);
}

TEST(Evidence, failuresOfOneMomentCountOnce) {
    Stream stream;
    stream.sendEqual(500);
    const WallTime moment = stream.clock.wallNow();
    for (int i = 0; i < 40; ++i) {
        Observation observation = stream.pairAt(moment + milliseconds(i), 0.2, 0.2);
        observation.exchange.legs[1].outcome = LegOutcome::Failed;
        stream.clock.advance(milliseconds(100));
        stream.send(observation);
    }
    stream.sendEqual(100);
    EXPECT_EQ(stream.comparison().shadowErrors, 40u);
    EXPECT_EQ(errorsOf(stream), Verdict::CannotTellYet);
}

TEST(Evidence, anOutageCountsOnce) {
    Stream stream;
    stream.sendEqual(500);
    sendWith(stream, LegOutcome::Ok, LegOutcome::Lost, 30);
    stream.sendEqual(100);
    EXPECT_EQ(stream.comparison().shadowErrors, 30u);
    EXPECT_EQ(stream.comparison().coverage.lost, 30u);
    EXPECT_EQ(errorsOf(stream), Verdict::CannotTellYet);
}

TEST(Evidence, anOutageOfProductionCountsOnceToo) {
    Stream stream;
    stream.sendEqual(500);
    sendWith(stream, LegOutcome::Lost, LegOutcome::Ok, 30);
    stream.sendEqual(100);
    EXPECT_EQ(errorsOf(stream), Verdict::CannotTellYet);
}

// A version that crashes on all that it is asked never answers in between.
TEST(Evidence, aWorkerThatDiesOfEachRequestIsWorse) {
    Stream stream;
    stream.sendEqual(500);
    for (int i = 0; i < 12; ++i) {
        sendWith(stream, LegOutcome::Ok, LegOutcome::Lost, 1);
        sendWith(stream, LegOutcome::Ok, LegOutcome::Skipped, 599);
    }
    EXPECT_EQ(errorsOf(stream), Verdict::Worse);
}

// What keeps it away need not be the version.
TEST(Evidence, aWorkerThatIsAwayCountsAsOneThatDiedOnce) {
    for (const bool production : {false, true}) {
        Stream stream;
        stream.sendEqual(500);
        const auto send = [&](LegOutcome outcome, int pairs) {
            sendWith(stream, production ? outcome : LegOutcome::Ok, production ? LegOutcome::Ok : outcome, pairs);
        };
        send(LegOutcome::Lost, 1);
        send(LegOutcome::Skipped, 20 * 60 * 10);
        stream.sendEqual(100);
        const Comparison comparison = stream.comparison();
        EXPECT_EQ(errorsOf(stream), Verdict::CannotTellYet);
        EXPECT_EQ(production ? comparison.coverage.productionFailed : comparison.coverage.lost, 12001u);
    }
}

TEST(Evidence, manyOutagesAreWorse) {
    Stream stream;
    stream.sendEqual(500);
    for (int i = 0; i < 30; ++i) {
        sendWith(stream, LegOutcome::Ok, LegOutcome::Lost, 5);
        stream.sendEqual(5);
    }
    stream.sendEqual(100);
    EXPECT_EQ(errorsOf(stream), Verdict::Worse);
}

// Ten calls in each tenth of a second, the first of which meets a worker that has just died.
TEST(Evidence, anAnswerWithinTheSameTenthEndsTheOutage) {
    Stream stream;
    stream.sendEqual(500);
    stream.clock.advance(-milliseconds(5)); // 50 ms into a tenth, and so on to 95
    for (int i = 0; i < 300; ++i) {
        stream.clock.advance(milliseconds(i % 10 == 0 ? 55 : 5));
        Observation observation = stream.pairAt(stream.clock.wallNow(), 0.2, 0.2);
        observation.exchange.legs[1].outcome = i % 10 == 0 ? LegOutcome::Lost : LegOutcome::Ok;
        stream.send(observation);
    }
    stream.sendEqual(100);
    EXPECT_EQ(errorsOf(stream), Verdict::Worse);
}

TEST(Evidence, onlyWhatBothTriedIsToldOfAsFailed) {
    Stream stream;
    stream.sendEqual(10);
    sendWith(stream, LegOutcome::Ok, LegOutcome::Failed, 2);
    sendWith(stream, LegOutcome::Late, LegOutcome::Failed, 3);
    sendWith(stream, LegOutcome::Failed, LegOutcome::Dropped, 4);
    const Comparison comparison = stream.comparison();
    EXPECT_NE(reasonOf(comparison, "errors")->text.find("the shadow failed 2 and production 0 of 12 requests"),
              std::string::npos);
    EXPECT_EQ(comparison.shadowErrors, 2u);
    EXPECT_EQ(comparison.productionErrors, 0u);
}

TEST(Evidence, failuresInARowCountEach) {
    Stream stream;
    stream.sendEqual(500);
    sendWith(stream, LegOutcome::Ok, LegOutcome::Failed, 30);
    stream.sendEqual(100);
    EXPECT_EQ(errorsOf(stream), Verdict::Worse);
}

} // namespace
} // namespace gnomon::monitor
