// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/full_disk.h"
#include "tests/unit/store/exchanges.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace gnomon::store {
namespace {

using ExchangeStore = test::Exchanges;

TEST_F(ExchangeStore, whatWasObservedCanBeRead) {
    open();
    Observation observation = exchange(0.2, 0.7);
    observation.exchange.reason = "production was late";
    observation.exchange.legs[0].outcome = LegOutcome::Late;
    observation.exchange.legs[0].error = "took 300 ms";
    observation.exchange.legs[1].single = false;
    observation.exchange.legs[1].score.reset();
    record(observation);
    ASSERT_TRUE(store->flush());
    const auto found = store->get(observation.exchange.id);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->exchange, observation.exchange);
    ASSERT_TRUE(found->payload);
    EXPECT_EQ(found->payload->inputs, copyTensors(observation.inputs));
    ASSERT_EQ(found->payload->outputs.size(), 1u);
    EXPECT_EQ(found->payload->outputs[0].first, "v1");
    EXPECT_EQ(found->payload->outputs[0].second, copyTensors(observation.outputs[0].second));
}

TEST_F(ExchangeStore, unknownIdsAreNotFound) {
    open();
    EXPECT_EQ(store->get(ExchangeId("nobody")).error().code, ErrorCode::NotFound);
}

TEST_F(ExchangeStore, survivesReopening) {
    open();
    const Exchange row = record(exchange(0.2, 0.7));
    open(); // the destructor writes what is queued
    ASSERT_TRUE(store->get(row.id));
    const Exchange next = record(exchange(0.1, 0.1));
    ASSERT_TRUE(store->flush());
    EXPECT_EQ(listed({}), (std::vector{next.id.value, row.id.value}));
}

TEST_F(ExchangeStore, isWrittenInTimeWithoutBeingAsked) {
    options.writeEvery = std::chrono::milliseconds(1);
    open();
    const Exchange row = record(exchange(0.2, 0.7));
    while (!store->get(row.id)) {
        std::this_thread::yield();
    }
}

TEST_F(ExchangeStore, itsThreadYieldsToThoseOfCallers) {
    open();
    record(exchange(0.2, 0.7));
    ASSERT_TRUE(store->flush()); // the thread is there
    int writers = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) {
        std::string name;
        std::getline(std::ifstream(entry.path() / "comm"), name);
        if (name == "exchanges") {
            ++writers;
            const int thread = std::stoi(entry.path().filename().string());
            EXPECT_GE(::getpriority(PRIO_PROCESS, static_cast<id_t>(thread)), 10);
        }
    }
    EXPECT_EQ(writers, 1);
}

TEST_F(ExchangeStore, theSameExchangeTwiceIsOne) {
    open();
    const Observation observation = exchange(0.2, 0.7);
    record(observation);
    record(observation);
    ASSERT_TRUE(store->flush());
    EXPECT_EQ(listed({}).size(), 1u);
}

TEST_F(ExchangeStore, whatDoesNotFitTheQueueIsCounted) {
    options.queueLimit = 3;
    open();
    for (int i = 0; i < 10; ++i) {
        record(exchange(0.2, 0.7));
    }
    EXPECT_EQ(store->dropped(), 7u);
    ASSERT_TRUE(store->flush());
    EXPECT_EQ(listed({}).size(), 3u);
    EXPECT_FALSE(store->trouble());
}

TEST_F(ExchangeStore, ofOrdinaryExchangesSoManyASecondAreRecordedAndOfOthersAll) {
    options.ordinaryPerSecond = 3;
    open();
    std::vector<Observation> all;
    std::vector<std::string> kept;
    const LegOutcome untold[] = {LegOutcome::Ok, LegOutcome::Dropped, LegOutcome::Skipped, LegOutcome::Lost};
    for (int i = 0; i < 10; ++i) {
        all.push_back(exchange(0.2, 0.3)); // agree, or cannot tell
        all.back().exchange.legs[1].outcome = untold[i % 4];
        all.push_back(exchange(0.2, 0.7));
        kept.push_back(all.back().exchange.id.value);
        all.push_back(exchange(0.2, 0.3));
        all.back().exchange.legs[1].outcome = LegOutcome::Late;
        kept.push_back(all.back().exchange.id.value);
        all.push_back(exchange(0.2, 0.3));
        all.back().exchange.reason = "production was late";
        kept.push_back(all.back().exchange.id.value);
    }
    for (const Observation& observation : all) { // at one time, as far as the store sees
        record(observation);
    }
    ASSERT_TRUE(store->flush());
    EXPECT_EQ(store->sampledOut(), 7u);
    EXPECT_EQ(store->dropped(), 0u);
    EXPECT_EQ(listed({}).size(), 33u);
    for (const std::string& id : kept) {
        EXPECT_TRUE(store->get(ExchangeId(id))) << id;
    }
    record(exchange(0.2, 0.3)); // a second later
    record(all[0]);
    record(all[4]);
    record(all[8]); // one too many
    Observation other = all[0];
    other.exchange.endpoint = EndpointName("other"); // has its own share
    record(other);
    ASSERT_TRUE(store->flush());
    EXPECT_EQ(store->sampledOut(), 8u);
}

TEST_F(ExchangeStore, recordsAgainAfterABatchFailed) {
    open();
    {
        const test::FullDisk full(4096);
        record(exchange(0.2, 0.7));
        EXPECT_FALSE(store->flush());
        EXPECT_TRUE(store->trouble());
    }
    // The endpoint's row was rolled back with the batch.
    const Exchange next = record(exchange(0.2, 0.7));
    const Status written = store->flush();
    EXPECT_TRUE(written) << written.error().message;
    EXPECT_FALSE(store->trouble());
    EXPECT_TRUE(store->get(next.id));
    EXPECT_EQ(store->dropped(), 1u);
}

TEST_F(ExchangeStore, payloadsThatDoNotFitTheQueueAreCounted) {
    options.queueBytes = 3 * 12; // of three exchanges
    open();
    for (int i = 0; i < 10; ++i) {
        record(exchange(0.2, 0.7));
        record(exchange(0.2, 0.7, "other")); // keeps no payload, and so takes no room
    }
    EXPECT_EQ(store->dropped(), 7u);
    ASSERT_TRUE(store->flush());
    EXPECT_EQ(listed({}).size(), 3u);
    record(exchange(0.2, 0.7));
    ASSERT_TRUE(store->flush());
    EXPECT_EQ(listed({}).size(), 4u) << "what is written takes no room any more";
}

TEST_F(ExchangeStore, whatIsWrittenIsNotLostWhenOldRowsCannotBeRemoved) {
    options.maxAge = std::chrono::hours(1);
    open();
    record(exchange(0.2, 0.7));
    ASSERT_TRUE(store->flush());
    SQLite::Database other(options.file.string(), SQLite::OPEN_READWRITE);
    other.exec("CREATE TRIGGER stay BEFORE DELETE ON exchange BEGIN SELECT RAISE(ABORT, 'stays'); END");
    clock.advance(std::chrono::hours(2));
    const Exchange row = record(exchange(0.2, 0.7));
    EXPECT_FALSE(store->flush());
    EXPECT_TRUE(store->trouble());
    EXPECT_TRUE(store->get(row.id));
    EXPECT_EQ(store->dropped(), 0u);
}

TEST_F(ExchangeStore, thePairIsOfTheFirstShadowDeployed) {
    open();
    const std::vector<VersionNumber> deployed{VersionNumber(2), VersionNumber(3)};
    Observation both = exchange(0.2, 0.3);
    both.exchange.legs.insert(both.exchange.legs.begin() + 1, leg(LegRole::Shadow, 3, 0.9));
    both.shadows = deployed;
    Observation second = exchange(0.2, std::nullopt); // shown to the second one alone
    second.exchange.legs.push_back(leg(LegRole::Shadow, 3, 0.9));
    second.shadows = deployed;
    Observation differs = exchange(0.2, 0.7);
    differs.shadows = deployed;
    record(both);
    record(second);
    record(differs);
    ASSERT_TRUE(store->flush());
    ExchangeFilter filter;
    filter.onlyDisagreeing = true;
    EXPECT_EQ(listed(filter), std::vector{differs.exchange.id.value});
}

TEST_F(ExchangeStore, payloadsAreKeptAsTheEndpointSays) {
    options.payload[EndpointName("off")] = PayloadPolicy{false, 1.0, 1000};
    options.payload[EndpointName("small")] = PayloadPolicy{true, 1.0, 10};
    options.payload[EndpointName("half")] = PayloadPolicy{true, 0.5, 1000};
    open();
    const auto kept = [&](const char* endpoint, int exchanges) {
        int payloads = 0;
        for (int i = 0; i < exchanges; ++i) {
            const Exchange row = record(exchange(0.2, 0.7, endpoint));
            EXPECT_TRUE(store->flush());
            payloads += store->get(row.id)->payload ? 1 : 0;
        }
        return payloads;
    };
    EXPECT_EQ(kept("spam", 5), 5);
    EXPECT_EQ(kept("off", 5), 0);
    EXPECT_EQ(kept("small", 5), 0);
    EXPECT_EQ(kept("unnamed", 5), 0);
    const int half = kept("half", 200);
    EXPECT_GT(half, 60);
    EXPECT_LT(half, 140);
}

TEST_F(ExchangeStore, recentAreTheNewestWithPayload) {
    options.payload[EndpointName("spam")].maxBytes = 100;
    open();
    std::vector<std::string> expected;
    for (int i = 0; i < 10; ++i) {
        Observation observation = exchange(0.2, 0.7);
        if (i % 2 == 0) {
            observation.inputs = makeTensorSet({{"x", DataType::Uint8, {200}, Bytes(200)}});
        } else {
            expected.insert(expected.begin(), observation.exchange.id.value);
        }
        record(observation);
    }
    ASSERT_TRUE(store->flush());
    const auto recent = store->recent(EndpointName("spam"), 3);
    ASSERT_TRUE(recent);
    ASSERT_EQ(recent->size(), 3u);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ((*recent)[i].exchange.id.value, expected[i]);
        EXPECT_TRUE((*recent)[i].payload);
    }
    EXPECT_TRUE(store->recent(EndpointName("unknown"), 3)->empty());
}

TEST_F(ExchangeStore, requestsAreFoundByIdAndByTime) {
    open();
    Observation first = exchange(0.2, 0.7);
    first.exchange.requestId = "same";
    record(first);
    Observation second = exchange(0.2, 0.7);
    second.exchange.requestId = "same";
    record(second);
    record(exchange(0.2, 0.7, "other"));
    ASSERT_TRUE(store->flush());
    const EndpointName spam("spam");
    EXPECT_EQ(store->findByRequestId(spam, "same")->id, second.exchange.id);
    EXPECT_EQ(store->findByRequestId(spam, "missing").error().code, ErrorCode::NotFound);
    EXPECT_EQ(store->findByRequestId(spam, "").error().code, ErrorCode::NotFound);
    const WallTime time = first.exchange.time;
    EXPECT_EQ(store->findByTime(spam, time - std::chrono::hours(1))->id, first.exchange.id);
    EXPECT_EQ(store->findByTime(spam, time + std::chrono::milliseconds(400))->id, first.exchange.id);
    EXPECT_EQ(store->findByTime(spam, time + std::chrono::milliseconds(600))->id, second.exchange.id);
    EXPECT_EQ(store->findByTime(spam, time + std::chrono::hours(1))->id, second.exchange.id);
    EXPECT_EQ(store->findByTime(EndpointName("unknown"), time).error().code, ErrorCode::NotFound);
}

TEST_F(ExchangeStore, anErasedPayloadLeavesTheFiles) {
    open();
    const std::string secret = "a sentence that nobody may find again";
    Observation observation = exchange(0.2, 0.7);
    observation.inputs = makeTensorSet({{"x", DataType::Uint8, {37}, toBytes(secret)}});
    record(observation);
    record(exchange(0.2, 0.7));
    ASSERT_TRUE(store->flush());
    const auto onDisk = [&] {
        bool found = false;
        for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
            std::ifstream file(entry.path(), std::ios::binary);
            const std::string content{std::istreambuf_iterator<char>(file), {}};
            found = found || content.find(secret) != std::string::npos;
        }
        return found;
    };
    ASSERT_TRUE(onDisk());
    ASSERT_TRUE(store->erasePayload(observation.exchange.id));
    EXPECT_FALSE(onDisk());
    EXPECT_FALSE(store->get(observation.exchange.id)->payload);
    EXPECT_EQ(store->erasePayload(observation.exchange.id).error().code, ErrorCode::NotFound);
}

TEST_F(ExchangeStore, blobsComeBackAsTheyWere) {
    open();
    EXPECT_EQ(store->loadBlob("monitor").error().code, ErrorCode::NotFound);
    const Bytes first = {0, 1, 2, 255};
    ASSERT_TRUE(store->saveBlob("monitor", first));
    ASSERT_TRUE(store->saveBlob("empty", {}));
    open();
    EXPECT_EQ(store->loadBlob("monitor").value(), first);
    EXPECT_EQ(store->loadBlob("empty").value(), Bytes{});
    ASSERT_TRUE(store->saveBlob("monitor", Bytes{7}));
    EXPECT_EQ(store->loadBlob("monitor").value(), Bytes{7});
}

TEST_F(ExchangeStore, limitsOfZeroAreRefused) {
    options.maxBytes = 0;
    EXPECT_EQ(SqliteExchangeStore::open(options, clock).error().code, ErrorCode::InvalidArgument);
}

// Files that earlier Gnomons wrote: one knew no traces either, the other only not what is notable.
TEST_F(ExchangeStore, aFileWithoutTracesIsBroughtUpToDate) {
    open();
    const Exchange old = record(exchange(0.2, 0.7));
    store.reset();
    {
        SQLite::Database file(options.file.string(), SQLite::OPEN_READWRITE);
        file.exec("DROP INDEX exchange_by_worth");
        file.exec("ALTER TABLE exchange DROP COLUMN notable");
        file.exec("ALTER TABLE exchange DROP COLUMN trace");
        file.exec("PRAGMA user_version = 1");
    }
    open();
    Observation traced = exchange(0.1, 0.1);
    traced.exchange.traceParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    record(traced);
    ASSERT_TRUE(store->flush());
    EXPECT_EQ(store->get(old.id)->exchange, old);
    EXPECT_EQ(store->get(traced.exchange.id)->exchange, traced.exchange);
    EXPECT_EQ(store->recent(old.endpoint, 1)->at(0).exchange, traced.exchange);
    EXPECT_EQ(*store->findByRequestId(old.endpoint, traced.exchange.requestId), traced.exchange);
    EXPECT_EQ(*store->findByTime(old.endpoint, old.time), old);
    ExchangeFilter all;
    all.endpoint = old.endpoint;
    EXPECT_EQ(store->list(all)->exchanges, (std::vector{traced.exchange, old}));
    EXPECT_EQ(SQLite::Database(options.file.string()).execAndGet("PRAGMA user_version").getInt(), 3);
}

TEST_F(ExchangeStore, aFileThatDoesNotSayWhatIsNotableIsBroughtUpToDate) {
    open();
    const Exchange agreeing = record(exchange(0.2, 0.3));
    const Exchange flipped = record(exchange(0.2, 0.7));
    store.reset();
    {
        SQLite::Database file(options.file.string(), SQLite::OPEN_READWRITE);
        file.exec("DROP INDEX exchange_by_worth");
        file.exec("ALTER TABLE exchange DROP COLUMN notable");
        file.exec("PRAGMA user_version = 2");
    }
    open();
    record(exchange(0.2, 0.3));
    ASSERT_TRUE(store->flush());
    SQLite::Database file(options.file.string());
    SQLite::Statement notable(file, "SELECT id FROM exchange WHERE notable = 1");
    ASSERT_TRUE(notable.executeStep());
    EXPECT_EQ(notable.getColumn(0).getString(), flipped.id.value);
    EXPECT_FALSE(notable.executeStep());
    EXPECT_EQ(store->get(agreeing.id)->exchange, agreeing);
    EXPECT_EQ(store->get(flipped.id)->exchange, flipped);
}

} // namespace
} // namespace gnomon::store
