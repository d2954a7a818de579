// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/stats/running_moments.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace gnomon::stats {
namespace {

TEST(RunningMoments, knownValues) {
    RunningMoments moments;
    EXPECT_EQ(moments.variance(), 0);
    for (const double value : {2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0}) {
        moments.add(value);
    }
    EXPECT_EQ(moments.count(), 8u);
    EXPECT_DOUBLE_EQ(moments.mean(), 5);
    EXPECT_DOUBLE_EQ(moments.variance(), 32.0 / 7);
}

TEST(RunningMoments, doesNotCancelFarFromZero) {
    RunningMoments moments;
    for (const double value : {1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16}) {
        moments.add(value);
    }
    EXPECT_NEAR(moments.variance(), 30, 1e-6);
}

TEST(RunningMoments, mergeIsTheUnion) {
    std::mt19937_64 random(3);
    std::normal_distribution<double> normal(3, 2);
    RunningMoments first;
    RunningMoments second;
    RunningMoments both;
    for (int i = 0; i < 1000; ++i) {
        const double value = normal(random);
        (i % 3 == 0 ? first : second).add(value);
        both.add(value);
    }
    first.merge(second);
    first.merge(RunningMoments());
    EXPECT_EQ(first.count(), both.count());
    EXPECT_NEAR(first.mean(), both.mean(), 1e-12);
    EXPECT_NEAR(first.variance(), both.variance(), 1e-10);
}

TEST(RunningMoments, savedAndLoadedIsTheSame) {
    RunningMoments moments;
    moments.add(1.25);
    moments.add(-3);
    ByteWriter out;
    moments.save(out);
    ByteReader in(out.view());
    EXPECT_EQ(RunningMoments::load(in), moments);
    EXPECT_TRUE(in.finished());
}

TEST(RunningMoments, refusesNumbersThatCannotBe) {
    ByteWriter out;
    out.number(3);
    out.real(std::numeric_limits<double>::quiet_NaN());
    out.real(1);
    ByteReader in(out.view());
    RunningMoments::load(in);
    EXPECT_FALSE(in.ok());
}

} // namespace
} // namespace gnomon::stats
