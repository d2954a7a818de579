// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/base/batch_queue.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

namespace gnomon {
namespace {

using namespace std::chrono_literals;

TEST(BatchQueue, whatComesSoonAfterTheFirstIsTakenWithIt) {
    BatchQueue<int> queue(100, 10s);
    std::vector<int> batch;
    std::jthread taker([&] { ASSERT_TRUE(queue.take(batch)); });
    for (int i = 0; i < 5; ++i) {
        EXPECT_TRUE(queue.push(int(i)));
        std::this_thread::sleep_for(2ms); // the other one is awake by now, mostly
    }
    queue.close(); // ends the wait for more
    taker.join();
    EXPECT_EQ(batch, (std::vector<int>{0, 1, 2, 3, 4}));
    batch.clear();
    EXPECT_FALSE(queue.take(batch)) << "closed, and empty";
}

TEST(BatchQueue, theFirstDoesNotWaitForOthersForEver) {
    BatchQueue<int> queue(100, 1ms);
    std::vector<int> batch;
    for (int i = 0; i < 100; ++i) { // the one that takes is asleep, awake or on its way
        std::jthread pusher([&] { EXPECT_TRUE(queue.push(int(i))); });
        ASSERT_TRUE(queue.take(batch));
        EXPECT_EQ(batch, std::vector<int>{i});
        batch.clear();
    }
}

TEST(BatchQueue, whatDoesNotFitStaysWithWhoeverPushes) {
    BatchQueue<std::unique_ptr<int>> queue(1, 1ms);
    EXPECT_TRUE(queue.push(std::make_unique<int>(1)));
    auto second = std::make_unique<int>(2);
    EXPECT_FALSE(queue.push(std::move(second)));
    ASSERT_NE(second, nullptr);
    std::vector<std::unique_ptr<int>> batch;
    EXPECT_TRUE(queue.take(batch));
    EXPECT_TRUE(queue.push(std::move(second)));
    queue.close();
    EXPECT_FALSE(queue.push(std::make_unique<int>(3)));
    batch.clear();
    ASSERT_TRUE(queue.take(batch)) << "what was pushed is still taken";
    EXPECT_EQ(*batch.at(0), 2);
}

} // namespace
} // namespace gnomon
