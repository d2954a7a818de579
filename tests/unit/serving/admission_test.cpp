// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/admission.h"
#include "tests/support/manual_clock.h"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <vector>

namespace gnomon::serving {
namespace {

using namespace std::chrono_literals;

class AdmissionTest : public ::testing::Test {
protected:
    Admission& open(AdmissionLimits limits, unsigned parallel = 2, Admission::StandsIn standsIn = {}) {
        m_admission = std::make_unique<Admission>(limits, parallel, m_clock, std::move(standsIn));
        return *m_admission;
    }
    Admission::Decision ask(std::string_view caller, std::string_view endpoint = "spam", std::uint64_t bytes = 100) {
        return m_admission->admit({caller, endpoint, bytes, std::nullopt});
    }
    // One call after the other until it is known that one takes so long.
    void teach(std::chrono::microseconds one) {
        for (int i = 0; i < 100; ++i) {
            auto in = ask("teacher");
            m_clock.advance(one);
            in.ticket.answered(true);
        }
        m_clock.advance(30s);
    }

    test::ManualClock m_clock;
    std::unique_ptr<Admission> m_admission;
};

TEST_F(AdmissionTest, refusesACallerBeyondItsRateAndSaysWhenToComeBack) {
    AdmissionLimits limits;
    limits.callerRate = 10;
    limits.callerBurst = 2;
    open(limits);
    EXPECT_FALSE(ask("a").refusal);
    EXPECT_FALSE(ask("a").refusal);
    const auto third = ask("a");
    ASSERT_TRUE(third.refusal);
    EXPECT_EQ(third.refusal->reason, Shed::Rate);
    EXPECT_EQ(third.refusal->retryAfter, 100ms);
    EXPECT_EQ(third.refusal->error.code, ErrorCode::ResourceExhausted);
    EXPECT_NE(third.refusal->error.message.find("caller 'a' may send 10 calls a second"), std::string::npos);
    EXPECT_NE(third.refusal->error.remedy.find("limits.calls_per_second_per_caller"), std::string::npos);
    EXPECT_FALSE(ask("b").refusal) << "somebody else's rate is his own";
    m_clock.advance(100ms);
    EXPECT_FALSE(ask("a").refusal);
    EXPECT_EQ(m_admission->counters().of(Shed::Rate), 1U);
    EXPECT_EQ(m_admission->counters().admitted, 4U);
}

TEST_F(AdmissionTest, refusesACallerWithTooManyUnderWayUntilOneIsAnswered) {
    AdmissionLimits limits;
    limits.callerCalls = 2;
    open(limits);
    auto first = ask("a");
    const auto second = ask("a");
    EXPECT_EQ(ask("a").refusal->reason, Shed::CallerCalls);
    EXPECT_FALSE(ask("b").refusal);
    first.ticket.answered(true);
    EXPECT_FALSE(ask("a").refusal);
}

// The interface ends before the last calls do.
TEST_F(AdmissionTest, aPlaceCanBeGivenBackWhenTheAdmissionHasGone) {
    open({});
    auto answered = ask("a");
    auto dropped = ask("a");
    m_admission.reset();
    answered.ticket.answered(true);
}

TEST_F(AdmissionTest, boundsCallsAndBytesOfAllCallersTogether) {
    AdmissionLimits limits;
    limits.calls = 3;
    limits.bytes = 1000;
    open(limits);
    {
        const auto first = ask("a", "spam", 600);
        EXPECT_EQ(ask("b", "spam", 500).refusal->reason, Shed::Bytes);
        const auto second = ask("b", "spam", 400);
        const auto third = ask("c", "spam", 0);
        ASSERT_FALSE(third.refusal);
        EXPECT_EQ(ask("d", "spam", 0).refusal->reason, Shed::Calls);
        EXPECT_EQ(m_admission->counters().inFlight, 3U);
        EXPECT_EQ(m_admission->counters().bytesInFlight, 1000U);
    }
    EXPECT_EQ(m_admission->counters().inFlight, 0U);
    EXPECT_EQ(m_admission->counters().bytesInFlight, 0U);
    EXPECT_FALSE(ask("a", "spam", 5000).refusal) << "alone, whatever the message limit lets in";
}

TEST_F(AdmissionTest, aDeadlineThatCannotBeMetIsRefusedUnlessSomethingStandsIn) {
    for (const bool standsIn : {false, true}) {
        open({}, 1, [&](std::string_view) { return standsIn; });
        teach(10ms);
        const auto under = ask("a");
        const auto late = m_admission->admit({"b", "spam", 100, m_clock.monoNow() + 15ms});
        EXPECT_EQ(late.refusal.has_value(), !standsIn);
        if (late.refusal) {
            EXPECT_EQ(late.refusal->reason, Shed::Deadline);
            EXPECT_EQ(late.refusal->retryAfter, 20ms);
        }
        EXPECT_FALSE(m_admission->admit({"b", "spam", 100, m_clock.monoNow() + 25ms}).refusal);
    }
}

TEST_F(AdmissionTest, anIdleEndpointTriesWhateverTheDeadline) {
    open({}, 1);
    teach(10ms);
    EXPECT_FALSE(m_admission->admit({"a", "spam", 100, m_clock.monoNow() + 1ms}).refusal);
}

TEST_F(AdmissionTest, littleIsLetInBeforeItIsKnownHowLongCallsTake) {
    open({});
    std::vector<Admission::Decision> first;
    for (int i = 0; i < 64; ++i) {
        first.push_back(ask("a"));
        ASSERT_FALSE(first.back().refusal) << i;
    }
    const auto more = ask("a");
    ASSERT_TRUE(more.refusal);
    EXPECT_EQ(more.refusal->reason, Shed::Queue);
}

// In FALLBACK to a constant since the start, say: how long the version takes is never learnt.
TEST_F(AdmissionTest, anEndpointThatSomethingElseAnswersForIsNotHeldToThatForEver) {
    open({});
    for (int i = 0; i < 64; ++i) {
        ask("a").ticket.answered(false);
    }
    std::vector<Admission::Decision> many;
    for (int i = 0; i < 200; ++i) {
        many.push_back(ask("a"));
        ASSERT_FALSE(many.back().refusal) << i;
    }
}

TEST_F(AdmissionTest, newLimitsHoldFromNowOn) {
    AdmissionLimits limits;
    limits.callerRate = 1;
    limits.callerBurst = 1;
    open(limits);
    EXPECT_FALSE(ask("a").refusal);
    EXPECT_TRUE(ask("a").refusal);
    limits.callerRate = 0;
    m_admission->setLimits(limits);
    EXPECT_FALSE(ask("a").refusal);
}

// Two workers, each call takes 10 ms, callers send evenly, each at a rate of his own. What each one got in ten
// seconds, and how long the slowest of it took.
struct Got {
    int calls = 0;
    std::chrono::nanoseconds slowest{0};
};
class SimulationTest : public AdmissionTest {
protected:
    std::map<std::string, Got> run(const std::map<std::string, double>& rates) {
        struct Job {
            std::string caller;
            MonoTime came;
            Admission::Ticket ticket;
        };
        std::map<std::string, Got> got;
        std::deque<Job> queue;
        std::vector<std::pair<MonoTime, Job>> running;
        std::map<std::string, MonoTime> next;
        const MonoTime start = m_clock.monoNow();
        for (const auto& [caller, rate] : rates) {
            next[caller] = start;
        }
        for (; m_clock.monoNow() < start + 12s; m_clock.advance(100us)) {
            const MonoTime now = m_clock.monoNow();
            std::erase_if(running, [&](auto& job) {
                if (job.first > now) {
                    return false;
                }
                job.second.ticket.answered(true);
                if (job.second.came >= start + 2s) { // it is steady by then
                    ++got[job.second.caller].calls;
                    got[job.second.caller].slowest = std::max(got[job.second.caller].slowest, now - job.second.came);
                }
                return true;
            });
            for (const auto& [caller, rate] : rates) {
                for (; next[caller] <= now; next[caller] += std::chrono::nanoseconds(std::int64_t(1e9 / rate))) {
                    auto decision = ask(caller);
                    if (!decision.refusal) {
                        queue.push_back({caller, now, std::move(decision.ticket)});
                    }
                }
            }
            while (running.size() < 2 && !queue.empty()) {
                running.emplace_back(now + 10ms, std::move(queue.front()));
                queue.pop_front();
            }
        }
        return got;
    }
};

TEST_F(SimulationTest, tenTimesTheCapacityIsAnsweredAtCapacityAndSoon) {
    open({});
    auto got = run({{"a", 2000}});
    EXPECT_GE(got["a"].calls, 1900); // of 2,000
    EXPECT_LE(got["a"].slowest, 25ms);
}

TEST_F(SimulationTest, aBurstWaitsInsteadOfBeingRefused) {
    open({});
    teach(10ms);
    std::vector<Admission::Decision> burst;
    for (int i = 0; i < 8; ++i) {
        burst.push_back(ask("a"));
        EXPECT_FALSE(burst.back().refusal);
    }
}

TEST_F(SimulationTest, whoSendsTooMuchMakesRoomForWhoDoesNot) {
    open({});
    auto got = run({{"greedy", 4000}, {"modest", 50}});
    EXPECT_GE(got["modest"].calls, 495); // of 500
    EXPECT_LE(got["modest"].slowest, 25ms);
    EXPECT_GE(got["greedy"].calls, 1350); // of 1,500 that are left
}

TEST_F(SimulationTest, equalsShareEqually) {
    open({});
    auto got = run({{"a", 501}, {"b", 499}, {"c", 1000}, {"d", 2000}});
    for (const auto& [caller, one] : got) {
        EXPECT_NEAR(one.calls, 500, 150) << caller;
    }
}

} // namespace
} // namespace gnomon::serving
