// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/store/console_store.h"
#include "tests/support/temp_folder.h"

#include <gtest/gtest.h>

namespace gnomon::store {
namespace {

class ConsoleStore : public ::testing::Test {
protected:
    ConsoleStore() { open(); }
    void open() {
        store.reset();
        store = openConsoleStore(folder / "console.db").value();
    }

    static port::ConnectionProfile profile(const char* id, const char* name) {
        return {id,
                name,
                "eu.example:7443",
                port::EnvironmentClass::Production,
                "ca",
                "cert",
                "key",
                "name.example",
                false,
                true,
                true};
    }

    static port::PinnedCheckpoint pin(std::uint64_t size) {
        port::PinnedCheckpoint pinned{"gnomon.example/a", "vkey", {}, WallTime(std::chrono::microseconds(5))};
        pinned.checkpoint.origin = pinned.origin;
        pinned.checkpoint.size = size;
        pinned.checkpoint.root.bytes[0] = static_cast<std::uint8_t>(size);
        pinned.checkpoint.note = "note " + std::to_string(size);
        return pinned;
    }

    test::TempFolder folder;
    std::unique_ptr<port::ConsoleStore> store;
};

TEST_F(ConsoleStore, profilesComeBackByName) {
    EXPECT_TRUE(store->profiles()->empty());
    ASSERT_TRUE(store->saveProfile(profile("2", "beta")));
    ASSERT_TRUE(store->saveProfile(profile("1", "Gamma")));
    ASSERT_TRUE(store->saveProfile(profile("3", "Alpha")));
    open();
    EXPECT_EQ(store->profiles().value(),
              (std::vector{profile("3", "Alpha"), profile("2", "beta"), profile("1", "Gamma")}));
}

TEST_F(ConsoleStore, aProfileIsReplacedByItsId) {
    ASSERT_TRUE(store->saveProfile(profile("1", "before")));
    port::ConnectionProfile after = profile("1", "after");
    after.environment = port::EnvironmentClass::Practice;
    ASSERT_TRUE(store->saveProfile(after));
    EXPECT_EQ(store->profiles().value(), std::vector{after});
    ASSERT_TRUE(store->removeProfile("1"));
    EXPECT_EQ(store->removeProfile("1").error().code, ErrorCode::NotFound);
    EXPECT_TRUE(store->profiles()->empty());
    EXPECT_EQ(store->saveProfile({}).error().code, ErrorCode::InvalidArgument);
}

TEST_F(ConsoleStore, aPinnedCheckpointNeverShrinks) {
    EXPECT_EQ(store->pinned("gnomon.example/a").value(), std::nullopt);
    ASSERT_TRUE(store->pin(pin(10)));
    ASSERT_TRUE(store->pin(pin(10)));
    ASSERT_TRUE(store->pin(pin(12)));
    const Status smaller = store->pin(pin(11));
    ASSERT_FALSE(smaller);
    EXPECT_EQ(smaller.error().code, ErrorCode::FailedPrecondition);
    open();
    EXPECT_EQ(store->pinned("gnomon.example/a").value(), pin(12));
    EXPECT_EQ(store->pinned("gnomon.example/b").value(), std::nullopt);
}

TEST_F(ConsoleStore, settingsAreEmptyUntilSet) {
    EXPECT_EQ(store->setting("theme").value(), "");
    ASSERT_TRUE(store->setSetting("theme", "dark"));
    ASSERT_TRUE(store->setSetting("theme", "light"));
    open();
    EXPECT_EQ(store->setting("theme").value(), "light");
}

} // namespace
} // namespace gnomon::store
