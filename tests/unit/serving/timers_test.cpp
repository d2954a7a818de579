// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/timers.h"

#include <gtest/gtest.h>

#include <future>
#include <vector>

namespace gnomon::serving {
namespace {

using namespace std::chrono_literals;

class Listener final : public Timed {
public:
    explicit Listener(std::size_t expected) : m_expected(expected) {}
    void timeIsUp(std::uint64_t token) override {
        m_tokens.push_back(token);
        if (m_tokens.size() == m_expected) {
            m_all.set_value(m_tokens);
        }
    }
    std::vector<std::uint64_t> wait() {
        auto all = m_all.get_future();
        return all.wait_for(10s) == std::future_status::ready ? all.get() : std::vector<std::uint64_t>{};
    }

private:
    const std::size_t m_expected;
    std::vector<std::uint64_t> m_tokens;
    std::promise<std::vector<std::uint64_t>> m_all;
};

TEST(Timers, tellsInTheOrderOfTime) {
    const SystemClock clock;
    const auto listener = std::make_shared<Listener>(3);
    Timers timers(clock);
    const MonoTime now = clock.monoNow();
    const auto third = timers.at(now + 60ms, listener, 3);
    const auto first = timers.at(now + 20ms, listener, 1); // nearer than what it sleeps for
    const auto second = timers.at(now + 40ms, listener, 2);
    EXPECT_EQ(listener->wait(), (std::vector<std::uint64_t>{1, 2, 3}));
    EXPECT_GE(clock.monoNow(), now + 60ms);
}

TEST(Timers, theSameTimeMayBeAskedForTwice) {
    const SystemClock clock;
    const auto listener = std::make_shared<Listener>(2);
    Timers timers(clock);
    const MonoTime then = clock.monoNow() + 10ms;
    const auto first = timers.at(then, listener, 1);
    const auto second = timers.at(then, listener, 2);
    EXPECT_EQ(listener->wait(), (std::vector<std::uint64_t>{1, 2}));
}

TEST(Timers, whoIsGoneIsNotTold) {
    const SystemClock clock;
    const auto listener = std::make_shared<Listener>(1);
    Timers timers(clock);
    const auto nobodys = timers.at(clock.monoNow() + 1ms, std::make_shared<Listener>(1), 9);
    const auto own = timers.at(clock.monoNow() + 20ms, listener, 1);
    EXPECT_EQ(listener->wait(), std::vector<std::uint64_t>{1});
}

TEST(Timers, whatIsWithdrawnIsNotTold) {
    const SystemClock clock;
    const auto listener = std::make_shared<Listener>(1);
    Timers timers(clock);
    {
        auto withdrawn = timers.at(clock.monoNow() + 200ms, listener, 9);
        auto moved = std::move(withdrawn);
        moved = timers.at(clock.monoNow() + 220ms, listener, 8);
    }
    const auto kept = timers.at(clock.monoNow() + 300ms, listener, 1);
    EXPECT_EQ(listener->wait(), std::vector<std::uint64_t>{1});
}

TEST(Timers, stopsWithTimesLeft) {
    const SystemClock clock;
    const auto listener = std::make_shared<Listener>(1);
    Timers::Alarm outlives;
    {
        Timers timers(clock);
        outlives = timers.at(clock.monoNow() + 24h, listener, 1);
    }
    outlives = {};
    SUCCEED();
}

} // namespace
} // namespace gnomon::serving
