// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/monitor/entity_set.h"

#include <gtest/gtest.h>

namespace gnomon::monitor {
namespace {

TEST(EntitySet, knowsWhatItHasSeen) {
    EntitySet set;
    for (std::uint64_t i = 0; i < 10'000; ++i) {
        EXPECT_TRUE(set.insert(i * 0x9e3779b97f4a7c15));
    }
    for (std::uint64_t i = 0; i < 10'000; ++i) {
        EXPECT_FALSE(set.insert(i * 0x9e3779b97f4a7c15));
    }
}

TEST(EntitySet, forgetsOnlyWhatWasNotSeenForLong) {
    EntitySet set;
    EXPECT_TRUE(set.insert(1));
    EXPECT_TRUE(set.insert(2));
    for (std::uint64_t i = 0; i < 2 * EntitySet::kPerGeneration; ++i) {
        set.insert(1000 + i);
        if (i == EntitySet::kPerGeneration + 5) {
            EXPECT_FALSE(set.insert(2)); // in the older generation: moves to the newer one
        }
    }
    EXPECT_FALSE(set.insert(2));
    EXPECT_TRUE(set.insert(1));
}

TEST(EntityOf, namedEntitiesAreTheirName) {
    EndpointSettings settings;
    settings.clusterParameter = "customer";
    Observation first;
    first.exchange.cluster = "c1";
    first.exchange.id = ExchangeId("a");
    Observation again = first;
    again.exchange.id = ExchangeId("b");
    again.inputs = makeTensorSet({{"x", DataType::Uint8, {1}, {7}}});
    EXPECT_EQ(entityOf(first, settings), entityOf(again, settings));
    again.exchange.cluster = "c2";
    EXPECT_NE(entityOf(first, settings), entityOf(again, settings));
}

TEST(EntityOf, theMinuteIsNoEntity) {
    EndpointSettings settings;
    settings.clusterParameter = "customer";
    Observation first;
    first.exchange.time = WallTime(std::chrono::seconds(1'772'366'400)); // 2026-03-01T12:00:00Z
    first.exchange.cluster = "2026-03-01T12:00";
    first.exchange.id = ExchangeId("a");
    Observation second = first;
    second.exchange.id = ExchangeId("b");
    EXPECT_NE(entityOf(first, settings), entityOf(second, settings));
}

TEST(EntityOf, inputsAreToldApartByEveryByteAndName) {
    const auto of = [](std::vector<Tensor> tensors) {
        Observation observation;
        observation.inputs = makeTensorSet(std::move(tensors));
        return entityOf(observation, {});
    };
    const std::uint64_t base = of({{"x", DataType::Uint8, {9}, {1, 2, 3, 4, 5, 6, 7, 8, 9}}});
    EXPECT_EQ(base, of({{"x", DataType::Uint8, {9}, {1, 2, 3, 4, 5, 6, 7, 8, 9}}}));
    EXPECT_NE(base, of({{"y", DataType::Uint8, {9}, {1, 2, 3, 4, 5, 6, 7, 8, 9}}}));
    for (std::size_t i = 0; i < 9; ++i) {
        Bytes data = {1, 2, 3, 4, 5, 6, 7, 8, 9};
        data[i] = 0;
        EXPECT_NE(base, of({{"x", DataType::Uint8, {9}, data}})) << i;
    }
}

} // namespace
} // namespace gnomon::monitor
