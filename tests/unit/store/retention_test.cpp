// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/store/exchanges.h"

#include <algorithm>
#include <set>

namespace gnomon::store {
namespace {

class Retention : public test::Exchanges {
protected:
    // About 2 KiB each.
    Observation bulky(double production, std::optional<double> shadow) {
        Observation observation = exchange(production, shadow);
        observation.inputs = makeTensorSet({{"x", DataType::Uint8, {2000}, Bytes(2000, 7)}});
        return observation;
    }

    std::set<std::string> remaining() {
        ASSERT_TRUE_OR_EMPTY(store->flush());
        std::set<std::string> all;
        for (const std::string& id : listed({})) {
            all.insert(id);
        }
        return all;
    }

    // Each of another kind that somebody may ask about, though no versions disagree.
    Observation notable(int kind) {
        Observation observation = bulky(0.1, kind % 4 == 0 ? std::nullopt : std::optional(0.1));
        Exchange& row = observation.exchange;
        switch (kind % 4) {
        case 0: // not answered
            row.answered = false;
            row.legs[0].outcome = LegOutcome::Failed;
            break;
        case 1: // substituted
            row.legs[0].outcome = LegOutcome::Late;
            row.servedBy = "fallback";
            row.reason = "v1 was late";
            break;
        case 2: // the shadow failed
            row.legs[1].outcome = LegOutcome::Failed;
            break;
        default: // a second shadow was late
            row.legs.push_back(leg(LegRole::Shadow, 3, 0.1));
            row.legs[2].outcome = LegOutcome::Late;
            break;
        }
        return observation;
    }

    static void ASSERT_TRUE_OR_EMPTY(const Status& status) {
        EXPECT_TRUE(status) << (status ? "" : status.error().message);
    }
};

TEST_F(Retention, nothingIsOlderThanTheLimit) {
    options.maxAge = std::chrono::hours(24);
    open();
    const Exchange old = record(exchange(0.1, 0.9));
    clock.advance(std::chrono::hours(23));
    const Exchange young = record(exchange(0.1, 0.1));
    EXPECT_EQ(remaining().size(), 2u);
    clock.advance(std::chrono::hours(2));
    const Exchange youngest = record(exchange(0.1, 0.1));
    EXPECT_EQ(remaining(), (std::set{young.id.value, youngest.id.value}));
    EXPECT_FALSE(store->get(old.id));
}

TEST_F(Retention, theMostDisagreeingAreKeptLongest) {
    options.maxBytes = 800 * 1024;
    options.keepNewest = 0;
    open();
    std::vector<Exchange> asked;
    std::vector<Exchange> unpaired;
    std::vector<Exchange> agreeing;
    std::vector<Exchange> flipped;
    for (int i = 0; i < 60; ++i) {
        flipped.push_back(record(bulky(0.1, 0.6 + i * 0.001)));
        unpaired.push_back(record(bulky(0.1, {})));
        agreeing.push_back(record(bulky(0.1, 0.2)));
        asked.push_back(record(notable(i)));
    }
    EXPECT_EQ(remaining().size(), 240u);
    for (int i = 0; i < 600; ++i) {
        agreeing.push_back(record(bulky(0.1, 0.1001)));
    }
    const std::set<std::string> left = remaining();
    EXPECT_LT(left.size(), 400u);
    for (const Exchange& exchange : flipped) {
        EXPECT_TRUE(left.count(exchange.id.value));
    }
    for (const Exchange& exchange : asked) {
        EXPECT_TRUE(left.count(exchange.id.value)) << exchange.id.value;
    }
    for (const Exchange& exchange : unpaired) {
        EXPECT_FALSE(left.count(exchange.id.value));
    }
    // Among those that agree the larger gap stays.
    for (int i = 0; i < 60; ++i) {
        EXPECT_TRUE(left.count(agreeing[static_cast<std::size_t>(i)].id.value));
    }
    // When only notable ones are left, those that disagree stay.
    for (int i = 0; i < 600; ++i) {
        asked.push_back(record(notable(i)));
    }
    const std::set<std::string> last = remaining();
    for (const Exchange& exchange : flipped) {
        EXPECT_TRUE(last.count(exchange.id.value));
    }
    EXPECT_FALSE(last.count(asked.front().id.value));
}

TEST_F(Retention, theSizeIsKept) {
    options.maxBytes = 400 * 1024;
    options.keepNewest = 1'000'000; // more than fit: the size wins
    open();
    for (int round = 0; round < 20; ++round) {
        for (int i = 0; i < 100; ++i) {
            record(bulky(0.1, 0.9));
        }
        ASSERT_TRUE(store->flush());
    }
    const std::size_t left = remaining().size();
    EXPECT_GT(left, 50u);
    EXPECT_LT(left, 250u);
    EXPECT_LT(std::filesystem::file_size(options.file), 4 * options.maxBytes);
}

TEST_F(Retention, theNewestAreSpared) {
    options.maxBytes = 600 * 1024;
    options.keepNewest = 50;
    open();
    for (int i = 0; i < 400; ++i) {
        record(bulky(0.1, 0.9)); // disagree: kept longest
    }
    ASSERT_TRUE(store->flush());
    std::vector<Exchange> newest;
    newest.reserve(40);
    for (int i = 0; i < 40; ++i) {
        newest.push_back(record(bulky(0.1, 0.1)));
    }
    const std::set<std::string> left = remaining();
    for (const Exchange& exchange : newest) {
        EXPECT_TRUE(left.count(exchange.id.value)) << exchange.id.value;
    }
}

TEST_F(Retention, holdsAfterReopening) {
    options.maxBytes = 400 * 1024;
    options.keepNewest = 0;
    for (int round = 0; round < 3; ++round) {
        open();
        for (int i = 0; i < 200; ++i) {
            record(bulky(0.1, 0.2));
        }
        EXPECT_LT(remaining().size(), 300u);
    }
}

} // namespace
} // namespace gnomon::store
