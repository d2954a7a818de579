// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/store/state_store.h"
#include "tests/support/temp_folder.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>

namespace {
std::atomic<bool> theNextSyncFails = false;
} // namespace

// In place of the C library's, for SQLite.
extern "C" __attribute__((visibility("default"))) int fdatasync(int descriptor) {
    if (theNextSyncFails.exchange(false)) {
        errno = EIO;
        return -1;
    }
    return static_cast<int>(::syscall(SYS_fdatasync, descriptor));
}

namespace gnomon::store {
namespace {

const EndpointName kSpam("spam");

Generation generation(std::uint64_t number, const char* endpoint = "spam") {
    Generation made;
    made.endpoint = EndpointName(endpoint);
    made.number = GenerationNumber(number);
    made.deployment.production = VersionNumber(1);
    made.deployment.shadows = {{VersionNumber(2), 100}, {VersionNumber(3), 7}};
    made.deployment.chain = {{FallbackKind::Version, VersionNumber(3)}, {FallbackKind::Constant, {}}, {}};
    made.deployment.mode = number % 2 == 0 ? Mode::Fallback : Mode::Disabled;
    made.kind = ChangeKind::ShadowStart;
    made.restores = GenerationNumber(4);
    made.intent = Seq(100 + number);
    made.time = WallTime(std::chrono::microseconds(1'772'366'400'123'456));
    made.actor = {"ada", "spiffe://example/console/ada/laptop", "mtls", {}};
    made.actor.certificate.bytes[31] = 9;
    made.reason = "because of \"quotes\" and \n lines";
    return made;
}

class StateStore : public ::testing::Test {
protected:
    StateStore() { open(); }
    void open() {
        store.reset();
        store = openStateStore(file).value();
    }

    test::TempFolder folder;
    std::filesystem::path file = folder / "state.db";
    std::unique_ptr<port::StateStore> store;
};

TEST_F(StateStore, isEmptyAtFirst) {
    EXPECT_TRUE(store->current()->empty());
    EXPECT_TRUE(store->generations(kSpam)->empty());
    EXPECT_EQ(store->generation(kSpam, GenerationNumber(1)).error().code, ErrorCode::NotFound);
}

TEST_F(StateStore, generationsComeBackAsTheyWere) {
    Generation plain;
    plain.endpoint = kSpam;
    plain.number = GenerationNumber(1);
    ASSERT_TRUE(store->append(plain));
    ASSERT_TRUE(store->append(generation(2)));
    ASSERT_TRUE(store->append(generation(1, "credit")));
    open();
    EXPECT_EQ(store->generation(kSpam, GenerationNumber(1)).value(), plain);
    EXPECT_EQ(store->generation(kSpam, GenerationNumber(2)).value(), generation(2));
    EXPECT_EQ(store->generations(kSpam).value(), (std::vector{generation(2), plain}));
    EXPECT_EQ(store->current().value(), (std::vector{generation(1, "credit"), generation(2)}));
}

TEST_F(StateStore, onlyTheNextNumberIsAppended) {
    EXPECT_EQ(store->append(generation(2)).error().code, ErrorCode::FailedPrecondition);
    ASSERT_TRUE(store->append(generation(1)));
    EXPECT_EQ(store->append(generation(1)).error().code, ErrorCode::FailedPrecondition);
    EXPECT_EQ(store->append(generation(3)).error().code, ErrorCode::FailedPrecondition);
    EXPECT_EQ(store->generations(kSpam)->size(), 1u);
}

TEST_F(StateStore, theIntentLeadsToItsGeneration) {
    ASSERT_TRUE(store->append(generation(1)));
    ASSERT_TRUE(store->append(generation(2)));
    EXPECT_EQ(store->madeBy(Seq(102)).value(), generation(2));
    EXPECT_EQ(store->madeBy(Seq(7)).value(), std::nullopt);
}

TEST_F(StateStore, valuesAreReplaced) {
    EXPECT_EQ(store->value("node").error().code, ErrorCode::NotFound);
    ASSERT_TRUE(store->setValue("node", "a"));
    ASSERT_TRUE(store->setValue("node", "b"));
    ASSERT_TRUE(store->setValue("empty", ""));
    open();
    EXPECT_EQ(store->value("node").value(), "b");
    EXPECT_EQ(store->value("empty").value(), "");
}

TEST_F(StateStore, theFileRefusesToChangeHistory) {
    ASSERT_TRUE(store->append(generation(1)));
    SQLite::Database database(file.string(), SQLite::OPEN_READWRITE, 1000);
    for (const char* sql :
         {"UPDATE generation SET reason = ''", "DELETE FROM generation", "UPDATE shadow SET version = 9",
          "DELETE FROM shadow", "UPDATE step SET version = 9", "DELETE FROM step"}) {
        EXPECT_THROW(database.exec(sql), SQLite::Exception) << sql;
    }
    EXPECT_EQ(store->current().value(), (std::vector{generation(1)}));
}

TEST_F(StateStore, unknownModesAreCorrupt) {
    ASSERT_TRUE(store->append(generation(1)));
    SQLite::Database database(file.string(), SQLite::OPEN_READWRITE, 1000);
    database.exec("DROP TRIGGER generation_stays; UPDATE generation SET mode = 'SIDEWAYS'");
    EXPECT_EQ(store->current().error().code, ErrorCode::Corrupt);
}

// The commit stands in the file when its sync fails, where only a restart would find it.
TEST_F(StateStore, whatFailedIsNotThereAfterACrashUnlessItIsThereNow) {
    ASSERT_TRUE(store->append(generation(1)));
    ASSERT_TRUE(store->append(generation(2)));
    theNextSyncFails = true;
    const Status appended = store->append(generation(3));
    EXPECT_FALSE(theNextSyncFails) << "it was asked for";
    ASSERT_FALSE(appended);
    EXPECT_EQ(appended.error().code, ErrorCode::Unavailable);
    const bool made = store->madeBy(Seq(103)).value().has_value();

    const std::filesystem::path crashed = folder / "crashed.db";
    for (const char* part : {"", "-wal"}) {
        if (std::filesystem::exists(file.string() + part)) {
            std::filesystem::copy_file(file.string() + part, crashed.string() + part);
        }
    }
    const auto restarted = openStateStore(crashed).value();
    EXPECT_EQ(restarted->generation(kSpam, GenerationNumber(3)).ok(), made);
    EXPECT_TRUE(store->append(generation(made ? 4 : 3))) << "the store goes on";
}

TEST_F(StateStore, whatWasAcknowledgedSurvivesAKill) {
    store.reset();
    int pipeEnds[2];
    ASSERT_EQ(::pipe(pipeEnds), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        auto own = openStateStore(file);
        for (std::uint64_t number = 1; own; ++number) {
            const auto acknowledged = static_cast<std::uint8_t>(number);
            if (!(*own)->append(generation(number)) || ::write(pipeEnds[1], &acknowledged, 1) != 1) {
                break;
            }
        }
        ::_exit(1);
    }
    std::uint8_t last = 0;
    while (last < 20) {
        ASSERT_EQ(::read(pipeEnds[0], &last, 1), 1);
    }
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status));
    ::close(pipeEnds[0]);
    ::close(pipeEnds[1]);

    open();
    const auto all = store->generations(kSpam);
    ASSERT_TRUE(all);
    ASSERT_GE(all->size(), 20u);
    for (std::size_t i = 0; i < all->size(); ++i) {
        EXPECT_EQ((*all)[i], generation(all->size() - i));
    }
    EXPECT_TRUE(store->append(generation(all->size() + 1)));
}

} // namespace
} // namespace gnomon::store
