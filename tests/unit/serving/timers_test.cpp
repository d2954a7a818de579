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
    timers.at(now + 60ms, listener, 3);
    timers.at(now + 20ms, listener, 1); // nearer than what it sleeps for
    timers.at(now + 40ms, listener, 2);
    EXPECT_EQ(listener->wait(), (std::vector<std::uint64_t>{1, 2, 3}));
    EXPECT_GE(clock.monoNow(), now + 60ms);
}

TEST(Timers, whoIsGoneIsNotTold) {
    const SystemClock clock;
    const auto listener = std::make_shared<Listener>(1);
    Timers timers(clock);
    timers.at(clock.monoNow() + 1ms, std::make_shared<Listener>(1), 9);
    timers.at(clock.monoNow() + 20ms, listener, 1);
    EXPECT_EQ(listener->wait(), std::vector<std::uint64_t>{1});
}

TEST(Timers, stopsWithTimesLeft) {
    const SystemClock clock;
    const auto listener = std::make_shared<Listener>(1);
    {
        Timers timers(clock);
        timers.at(clock.monoNow() + 24h, listener, 1);
    }
    SUCCEED();
}

} // namespace
} // namespace gnomon::serving
