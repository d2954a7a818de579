// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/serving_bench.h"

#include <gtest/gtest.h>

namespace gnomon::serving {
namespace {

using namespace std::chrono_literals;
using test::ServingBench;

std::string hastySettings() {
    return ServingBench::settings("production = 1\nchain = [\"constant\"]",
                                  "[budget]\nmilliseconds = 20\nabandoned_runs_until_skipped = 1\n");
}

VersionState stateOf(ServingBench& bench, std::uint32_t version) {
    return bench.directory->versions(bench.name).value().at(version - 1).state;
}

TEST(Skip, aVersionThatHangsIsSkippedUntilAPersonActs) {
    ServingBench bench(hastySettings());
    bench.start();
    bench.factory.inProcess(1).hold();
    EXPECT_EQ(bench.ask()->servedBy, "constant");
    EXPECT_EQ(stateOf(bench, 1), VersionState::Skipped);

    bench.factory.inProcess(1).release();
    const std::size_t asked = bench.factory.inProcess(1).runs();
    const auto reply = bench.ask();
    ASSERT_TRUE(reply.ok());
    EXPECT_EQ(reply->servedBy, "constant");
    EXPECT_NE(reply->reason.find("skipped"), std::string::npos) << reply->reason;
    EXPECT_EQ(bench.factory.inProcess(1).runs(), asked);

    bench.directory->clearSkips(bench.name);
    EXPECT_EQ(stateOf(bench, 1), VersionState::Ready);
    EXPECT_EQ(bench.ask()->servedBy, "production");
}

TEST(Skip, isWrittenDownOnce) {
    ServingBench bench(hastySettings());
    bench.start();
    bench.factory.inProcess(1).hold();
    for (int i = 0; i < 5; ++i) {
        EXPECT_TRUE(bench.ask().ok());
    }
    const auto records = bench.audit.ofKind(RecordKind::Lifecycle);
    ASSERT_EQ(records.size(), 1u);
    EXPECT_EQ(records[0].record.actor, machineActor("watchdog"));
    EXPECT_EQ(records[0].record.object, "endpoint/spam");
    EXPECT_EQ(test::factOf(records[0], "version"), "1");
    bench.factory.inProcess(1).release();
}

TEST(Skip, aCallerInAHurryCannotBringItAbout) {
    ServingBench bench(ServingBench::settings("production = 1\nchain = [\"constant\"]",
                                              "[budget]\nabandoned_runs_until_skipped = 1\n"));
    bench.start();
    bench.factory.inProcess(1).hold();
    for (int i = 0; i < 20; ++i) {
        InferenceCall call = bench.call();
        call.deadline = bench.clock.monoNow() + 5ms;
        const auto reply = bench.ask(std::move(call));
        EXPECT_TRUE(reply.ok() || reply.error().code == ErrorCode::DeadlineExceeded);
    }
    bench.factory.inProcess(1).release();
    EXPECT_EQ(stateOf(bench, 1), VersionState::Ready);
    EXPECT_EQ(bench.ask()->servedBy, "production");
}

} // namespace
} // namespace gnomon::serving
