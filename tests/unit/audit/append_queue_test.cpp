// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/audit/append_queue.h"

#include <gtest/gtest.h>

#include <thread>

namespace gnomon::audit {
namespace {

const auto kNever = [] { return AppendQueue::Time::max(); };

PendingRecord named(const std::string& reason) {
    PendingRecord pending;
    pending.record.reason = reason;
    return pending;
}

TEST(AppendQueue, recordsComeInOrderAndInBatches) {
    AppendQueue queue(10, 2);
    for (const char* reason : {"a", "b", "c"}) {
        ASSERT_TRUE(queue.push(named(reason)));
    }
    const auto first = queue.take(kNever);
    ASSERT_TRUE(first.has_value());
    ASSERT_EQ(first->size(), 2u);
    EXPECT_EQ(first->front().record.reason, "a");
    queue.release();
    EXPECT_EQ(queue.take(kNever)->front().record.reason, "c");
    EXPECT_EQ(queue.size(), 0u);
}

TEST(AppendQueue, whatDoesNotFitIsGivenBackAsItWas) {
    AppendQueue queue(1, 1);
    ASSERT_TRUE(queue.push(named("a")));
    PendingRecord second = named("b");
    EXPECT_FALSE(queue.push(std::move(second)));
    EXPECT_EQ(second.record.reason, "b");
}

TEST(AppendQueue, whatIsQueuedIsTakenBeforeTheEnd) {
    AppendQueue queue(10, 10);
    ASSERT_TRUE(queue.push(named("a")));
    queue.close();
    EXPECT_FALSE(queue.push(named("b")));
    EXPECT_EQ(queue.take(kNever)->size(), 1u);
    queue.release();
    EXPECT_FALSE(queue.take(kNever).has_value());
}

TEST(AppendQueue, theTurnIsOnlyOnes) {
    AppendQueue queue(10, 10);
    ASSERT_TRUE(queue.claim());
    EXPECT_FALSE(queue.claim());
    queue.release();
    ASSERT_TRUE(queue.push(named("first")));
    EXPECT_FALSE(queue.claim()) << "others come first";
    ASSERT_TRUE(queue.take(kNever).has_value());
    EXPECT_FALSE(queue.claim()) << "they are being written";
    queue.release();
    EXPECT_TRUE(queue.claim());
}

TEST(AppendQueue, theThreadComesWithoutARecordWhenItIsTime) {
    AppendQueue queue(10, 10);
    const auto batch = queue.take([] { return std::chrono::steady_clock::now(); });
    ASSERT_TRUE(batch.has_value());
    EXPECT_TRUE(batch->empty());
    EXPECT_FALSE(queue.claim()) << "it has the turn all the same";
}

TEST(AppendQueue, aTimeThatIsSetDuringAnothersTurnIsKept) {
    AppendQueue queue(10, 10);
    ASSERT_TRUE(queue.claim());
    AppendQueue::Time next = AppendQueue::Time::max(); // whoever has the turn may change it
    std::thread thread([&] { EXPECT_TRUE(queue.take([&] { return next; })->empty()); });
    next = std::chrono::steady_clock::now();
    queue.release();
    thread.join();
}

} // namespace
} // namespace gnomon::audit
