// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/stats/log_sketch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace gnomon::stats {
namespace {

std::vector<double> latencies(unsigned seed, std::size_t count) {
    std::mt19937_64 random(seed);
    std::lognormal_distribution<double> distribution(-7, 1.5);
    std::vector<double> values(count);
    std::generate(values.begin(), values.end(), [&] { return distribution(random); });
    return values;
}

LogSketch sketchOf(const std::vector<double>& values) {
    LogSketch sketch;
    for (const double value : values) {
        sketch.add(value);
    }
    return sketch;
}

TEST(LogSketch, quantilesAreWithinTheirRelativeError) {
    std::vector<double> values = latencies(1, 50'000);
    const LogSketch sketch = sketchOf(values);
    std::sort(values.begin(), values.end());
    for (const double q : {0.0, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1.0}) {
        const double exact = values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1))];
        EXPECT_NEAR(sketch.quantile(q), exact, exact * LogSketch::kRelativeError * 1.0001) << q;
    }
}

TEST(LogSketch, everyValueOfTheRangeIsWithinItsRelativeError) {
    for (double value = LogSketch::kSmallest; value < LogSketch::kLargest; value *= 1.037) {
        LogSketch sketch;
        sketch.add(value);
        EXPECT_NEAR(sketch.quantile(0.5), value, value * LogSketch::kRelativeError * 1.0001);
    }
}

TEST(LogSketch, mergeIsTheUnion) {
    const std::vector<double> first = latencies(2, 3000);
    const std::vector<double> second = latencies(3, 500);
    std::vector<double> both = first;
    both.insert(both.end(), second.begin(), second.end());
    LogSketch merged = sketchOf(first);
    merged.merge(sketchOf(second));
    const LogSketch together = sketchOf(both);
    EXPECT_EQ(merged.count(), together.count());
    for (double q = 0; q <= 1; q += 0.05) {
        EXPECT_EQ(merged.quantile(q), together.quantile(q));
    }
}

TEST(LogSketch, zerosAndInfinitiesAreCountedAndNaNIsNot) {
    LogSketch sketch;
    sketch.add(0);
    sketch.add(std::numeric_limits<double>::infinity());
    sketch.add(std::nan(""));
    EXPECT_EQ(sketch.count(), 2u);
    EXPECT_EQ(sketch.quantile(0), 0);
    EXPECT_NEAR(sketch.quantile(1), LogSketch::kLargest, LogSketch::kLargest * 0.02);
}

TEST(LogSketch, emptyAnswersZero) {
    EXPECT_EQ(LogSketch().quantile(0.99), 0);
}

TEST(LogSketch, savedAndLoadedIsTheSame) {
    const LogSketch sketch = sketchOf(latencies(4, 1000));
    ByteWriter out;
    sketch.save(out);
    ByteReader in(out.view());
    EXPECT_EQ(LogSketch::load(in), sketch);
    EXPECT_TRUE(in.finished());
}

TEST(LogSketch, refusesBucketsOutsideItsRange) {
    ByteWriter out;
    out.number(0);
    out.signedNumber(1'000'000);
    out.number(1);
    out.number(5);
    ByteReader in(out.view());
    LogSketch::load(in);
    EXPECT_FALSE(in.ok());
}

TEST(LogSketch, refusesBytesThatAreCutShort) {
    ByteWriter out;
    sketchOf(latencies(5, 100)).save(out);
    for (std::size_t size = 0; size < out.view().size(); ++size) {
        ByteReader in(out.view().first(size));
        LogSketch::load(in);
        EXPECT_FALSE(in.ok()) << size;
    }
}

} // namespace
} // namespace gnomon::stats
