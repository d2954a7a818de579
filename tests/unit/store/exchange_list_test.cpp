// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/store/exchanges.h"

#include <algorithm>

namespace gnomon::store {
namespace {

using Strings = std::vector<std::string>;

class ExchangeList : public test::Exchanges {
protected:
    ExchangeList() { open(); }

    Result<ExchangePage> page(ExchangeFilter filter) {
        filter.endpoint = EndpointName("spam");
        return store->list(filter);
    }
};

TEST_F(ExchangeList, anUnknownEndpointHasNone) {
    EXPECT_TRUE(listed({}).empty());
}

TEST_F(ExchangeList, newestComeFirst) {
    Strings expected;
    for (int i = 0; i < 25; ++i) {
        expected.insert(expected.begin(), record(exchange(0.2, 0.3)).id.value);
        record(exchange(0.2, 0.3, "other"));
    }
    ASSERT_TRUE(store->flush());
    ExchangeFilter filter;
    EXPECT_EQ(listed(filter), expected);
    filter.pageSize = 4;
    EXPECT_EQ(listed(filter), expected);
    filter.pageSize = 25;
    EXPECT_EQ(listed(filter), expected);
}

TEST_F(ExchangeList, mostDisagreeingComeFirst) {
    const std::string agreeing = record(exchange(0.20, 0.21)).id.value;
    const std::string flipped = record(exchange(0.45, 0.55)).id.value;
    const std::string flippedFar = record(exchange(0.05, 0.95)).id.value;
    const std::string unpaired = record(exchange(0.2, {})).id.value;
    const std::string apart = record(exchange(0.10, 0.45)).id.value;
    const std::string flippedFarLater = record(exchange(0.05, 0.95)).id.value;
    Observation shadowFailed = exchange(0.2, 0.9); // kept longer than most, and yet no pair
    shadowFailed.exchange.legs[1].outcome = LegOutcome::Failed;
    const std::string failed = record(shadowFailed).id.value;
    ASSERT_TRUE(store->flush());
    ExchangeFilter filter;
    filter.mostDisagreeingFirst = true;
    const Strings expected = {flippedFarLater, flippedFar, flipped, apart, agreeing, failed, unpaired};
    EXPECT_EQ(listed(filter), expected);
    filter.pageSize = 2;
    EXPECT_EQ(listed(filter), expected);
    filter.onlyDisagreeing = true;
    EXPECT_EQ(listed(filter), Strings({flippedFarLater, flippedFar, flipped}));
}

TEST_F(ExchangeList, withoutDecisionsDifferingScoresDisagree) {
    Observation same = exchange(0.3, 0.3);
    Observation apart = exchange(0.3, 0.4);
    for (Observation* observation : {&same, &apart}) {
        for (Leg& leg : observation->exchange.legs) {
            leg.decision.clear();
        }
        record(*observation);
    }
    ASSERT_TRUE(store->flush());
    ExchangeFilter filter;
    filter.onlyDisagreeing = true;
    EXPECT_EQ(listed(filter), Strings({apart.exchange.id.value}));
}

TEST_F(ExchangeList, filtersMustAllMatch) {
    const Exchange hamSpam = record(exchange(0.1, 0.9));
    const Exchange spamHam = record(exchange(0.9, 0.1));
    const Exchange spamSpam = record(exchange(0.9, 0.8));
    const Exchange hamSpamLater = record(exchange(0.4, 0.6));
    ASSERT_TRUE(store->flush());
    ExchangeFilter filter;
    filter.productionDecision = "ham";
    EXPECT_EQ(listed(filter), Strings({hamSpamLater.id.value, hamSpam.id.value}));
    filter.shadowDecision = "spam";
    filter.mostDisagreeingFirst = true;
    EXPECT_EQ(listed(filter), Strings({hamSpam.id.value, hamSpamLater.id.value}));
    filter.from = spamHam.time;
    EXPECT_EQ(listed(filter), Strings({hamSpamLater.id.value}));
    filter.productionDecision = "spam";
    EXPECT_EQ(listed(filter), Strings({spamSpam.id.value}));
    filter = {};
    filter.from = spamHam.time;
    filter.until = spamSpam.time;
    EXPECT_EQ(listed(filter), Strings({spamSpam.id.value, spamHam.id.value}));
    filter.mostDisagreeingFirst = true;
    EXPECT_EQ(listed(filter), Strings({spamHam.id.value, spamSpam.id.value}));
}

TEST_F(ExchangeList, pagesStayStableWhileMoreIsRecorded) {
    Strings expected;
    for (int i = 0; i < 10; ++i) {
        expected.insert(expected.begin(), record(exchange(0.3, 0.3 + i * 0.01)).id.value);
    }
    ASSERT_TRUE(store->flush());
    for (const bool byGap : {false, true}) {
        ExchangeFilter filter;
        filter.pageSize = 4;
        filter.mostDisagreeingFirst = byGap;
        const auto first = page(filter);
        record(exchange(0.1, 0.9)); // would be first in either order
        ASSERT_TRUE(store->flush());
        filter.pageToken = first->nextPageToken;
        const auto second = page(filter);
        Strings seen = ids(first->exchanges);
        for (const std::string& id : ids(second->exchanges)) {
            seen.push_back(id);
        }
        const auto start = std::find(expected.begin(), expected.end(), seen.front());
        EXPECT_TRUE(std::equal(seen.begin(), seen.end(), start)) << byGap;
        expected.insert(expected.begin(), "id-" + std::to_string(count));
    }
}

TEST_F(ExchangeList, refusesWhatMakesNoSense) {
    record(exchange(0.3, 0.4));
    record(exchange(0.3, 0.4));
    ASSERT_TRUE(store->flush());
    const auto fieldOf = [&](const ExchangeFilter& filter) {
        const auto result = page(filter);
        return result ? std::string("accepted") : result.error().field;
    };
    ExchangeFilter filter;
    filter.pageSize = 0;
    EXPECT_EQ(fieldOf(filter), "page_size");
    filter.pageSize = 1001;
    EXPECT_EQ(fieldOf(filter), "page_size");
    filter.pageSize = 1;
    filter.pageToken = "zz";
    EXPECT_EQ(fieldOf(filter), "page_token");
    filter.pageToken = "00ff";
    EXPECT_EQ(fieldOf(filter), "page_token");
    filter.pageToken.clear();
    const std::string token = page(filter)->nextPageToken;
    ASSERT_FALSE(token.empty());
    filter.pageToken = token;
    filter.mostDisagreeingFirst = true; // a token of the other order
    EXPECT_EQ(fieldOf(filter), "page_token");
    filter = {};
    filter.experiment = ExperimentId("e");
    EXPECT_EQ(fieldOf(filter), "experiment");
}

} // namespace
} // namespace gnomon::store
