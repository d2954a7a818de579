// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/store/exchange_store.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temp_folder.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace gnomon::test {

// An exchange store in a folder of its own, and exchanges to put into it. Nothing is written before flush().
class Exchanges : public ::testing::Test {
protected:
    Exchanges() {
        options.file = folder / "exchanges.db";
        options.writeEvery = std::chrono::hours(1);
        options.payload[EndpointName("spam")] = PayloadPolicy{};
    }

    void open() {
        store.reset();
        auto opened = store::SqliteExchangeStore::open(options, clock);
        ASSERT_TRUE(opened) << opened.error().message;
        store = std::move(opened).value();
    }

    static Leg leg(LegRole role, std::uint32_t version, double score) {
        Leg leg;
        leg.role = role;
        leg.version = VersionNumber(version);
        leg.digest.bytes[3] = static_cast<std::uint8_t>(version);
        leg.score = score;
        leg.decision = score >= 0.5 ? "spam" : "ham";
        leg.latency = std::chrono::microseconds(321);
        return leg;
    }

    // One second after the one before. Without a shadow it is no pair.
    Observation exchange(double production, std::optional<double> shadow, const char* endpoint = "spam") {
        clock.advance(std::chrono::seconds(1));
        Observation observation;
        Exchange& row = observation.exchange;
        row.id = ExchangeId("id-" + std::to_string(++count));
        row.time = clock.wallNow();
        row.endpoint = EndpointName(endpoint);
        row.generation = GenerationNumber(3);
        row.caller = "spiffe://example/caller/a/b";
        row.tenant = "a";
        row.requestId = "request-" + std::to_string(count);
        row.cluster = "c";
        row.servedBy = "production";
        row.legs.push_back(leg(LegRole::Production, 1, production));
        if (shadow) {
            row.legs.push_back(leg(LegRole::Shadow, 2, *shadow));
            row.mirrored = true;
            observation.shadows = {VersionNumber(2)};
        }
        observation.inputs = makeTensorSet({{"x", DataType::Fp32, {1, 2}, {1, 2, 3, 4, 5, 6, 7, 8}}});
        observation.outputs = {{VersionNumber(1), makeTensorSet({{"p", DataType::Fp32, {1}, {9, 9, 9, 9}}})}};
        return observation;
    }

    Exchange record(const Observation& observation) {
        store->observe(observation);
        return observation.exchange;
    }

    static std::vector<std::string> ids(const std::vector<Exchange>& exchanges) {
        std::vector<std::string> all;
        for (const Exchange& exchange : exchanges) {
            all.push_back(exchange.id.value);
        }
        return all;
    }

    // Ids of all pages.
    std::vector<std::string> listed(ExchangeFilter filter) {
        filter.endpoint = EndpointName("spam");
        std::vector<std::string> all;
        do {
            const Result<ExchangePage> page = store->list(filter);
            EXPECT_TRUE(page) << page.error().message;
            if (!page) {
                return all;
            }
            EXPECT_LE(page->exchanges.size(), filter.pageSize);
            for (std::string& id : ids(page->exchanges)) {
                all.push_back(std::move(id));
            }
            filter.pageToken = page->nextPageToken;
        } while (!filter.pageToken.empty());
        return all;
    }

    TempFolder folder;
    ManualClock clock;
    store::ExchangeStoreOptions options;
    std::unique_ptr<store::SqliteExchangeStore> store;
    int count = 0;
};

} // namespace gnomon::test
