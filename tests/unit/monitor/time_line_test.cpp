// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/monitor/time_line.h"

#include <gtest/gtest.h>

namespace gnomon::monitor {
namespace {

WallTime at(std::int64_t seconds) {
    return WallTime(std::chrono::seconds(1'772'366'400 + seconds));
}

Coverage request(bool mirrored, bool matched) {
    Coverage one;
    one.requests = 1;
    one.mirrored = mirrored ? 1 : 0;
    one.matched = matched ? 1 : 0;
    one.dropped = mirrored && !matched ? 1 : 0;
    return one;
}

const Coverage kPair = request(true, true);

TEST(TimeLine, staysBoundedAndLosesNothing) {
    TimeLine line;
    constexpr int kSeconds = 100'000;
    for (int i = 0; i < kSeconds; ++i) {
        line.add(at(i), request(i % 8 != 1, i % 2 == 0), i % 4 == 0);
    }
    const std::vector<TimeBucket> buckets = line.buckets({});
    EXPECT_LE(buckets.size(), TimeLine::kMostBuckets);
    EXPECT_GT(buckets.size(), TimeLine::kMostBuckets / 4);
    Coverage all;
    std::uint64_t agreeing = 0;
    for (std::size_t i = 0; i < buckets.size(); ++i) {
        all += buckets[i].coverage;
        agreeing += buckets[i].agreeing;
        EXPECT_EQ(buckets[i].length, buckets[0].length);
        if (i > 0) {
            EXPECT_GE(buckets[i].start, buckets[i - 1].start + buckets[i - 1].length);
        }
    }
    EXPECT_EQ(all.requests, static_cast<std::uint64_t>(kSeconds));
    EXPECT_EQ(all.mirrored, static_cast<std::uint64_t>(kSeconds / 8 * 7));
    EXPECT_EQ(all.matched, static_cast<std::uint64_t>(kSeconds / 2));
    EXPECT_EQ(all.dropped, static_cast<std::uint64_t>(kSeconds / 8 * 3));
    EXPECT_EQ(agreeing, static_cast<std::uint64_t>(kSeconds / 4));
}

TEST(TimeLine, mergedNeighboursKeepTheLaterStanding) {
    TimeLine line;
    for (int i = 0; i < 300; ++i) {
        if (line.startsBucket(at(2 * i))) {
            line.close({static_cast<double>(i), {}, 0, {}});
        }
        line.add(at(2 * i), kPair, true);
    }
    const std::vector<TimeBucket> buckets = line.buckets({300, {}, 0, {}});
    for (std::size_t i = 1; i < buckets.size(); ++i) {
        EXPECT_GT(buckets[i].agreementSoFar, buckets[i - 1].agreementSoFar);
    }
    EXPECT_EQ(buckets.back().agreementSoFar, 300);
}

TEST(TimeLine, timeThatRunsBackwardFallsIntoTheNewestBucket) {
    TimeLine line;
    line.add(at(100), kPair, true);
    line.add(at(10), kPair, true);
    EXPECT_EQ(line.buckets({}).size(), 1u);
}

TEST(TimeLine, quietStretchesHaveNoBucket) {
    TimeLine line;
    line.add(at(0), kPair, true);
    line.add(at(10'000), kPair, true);
    EXPECT_EQ(line.buckets({}).size(), 2u);
}

} // namespace
} // namespace gnomon::monitor
