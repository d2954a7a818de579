// SPDX-License-Identifier: GPL-3.0-or-later
// The reserve's file by itself: what it keeps, what it refuses, what damage does to it.
#include "backend/audit/reserve_file.h"
#include "backend/base/files.h"
#include "tests/support/temp_folder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace gnomon::test {
namespace {

using audit::ReserveEntry;
using audit::ReserveFile;

constexpr std::uint64_t kFirstEntry = 8192;

class Reserve : public testing::Test {
protected:
    std::unique_ptr<ReserveFile> open(std::uint64_t bytes = 1 << 20) {
        auto opened = ReserveFile::open(m_file, m_log, bytes);
        EXPECT_TRUE(opened.ok()) << opened.error().message;
        return opened.ok() ? std::move(*opened) : nullptr;
    }
    static ReserveEntry entry(int number, std::size_t size = 300) {
        return {7, Bytes(size, static_cast<std::uint8_t>(number)), toBytes("payload"), number == 0 ? "disk full" : ""};
    }
    void damage(std::uint64_t offset) {
        std::fstream file(m_file, std::ios::in | std::ios::out | std::ios::binary);
        file.seekg(static_cast<std::streamoff>(offset));
        const char was = static_cast<char>(file.get());
        file.seekp(static_cast<std::streamoff>(offset));
        file.put(static_cast<char>(was ^ 0x10));
    }

    TempFolder m_folder;
    const std::filesystem::path m_file = m_folder.path() / "audit.reserve";
    const Digest m_log = sha256(toBytes("log"));
};

TEST_F(Reserve, takesItsSpaceAtOnceAndKeepsWhatWasAppended) {
    const std::vector<ReserveEntry> both{entry(0), entry(1)};
    {
        const auto reserve = open();
        EXPECT_TRUE(reserve->empty());
        ASSERT_TRUE(reserve->append(both).ok());
        ASSERT_TRUE(reserve->append(std::vector{entry(2)}).ok());
    }
    EXPECT_EQ(std::filesystem::file_size(m_file), 1u << 20);
    EXPECT_EQ(open()->entries(), (std::vector{entry(0), entry(1), entry(2)}));
}

TEST_F(Reserve, aTornTailIsDroppedAndWrittenOver) {
    std::uint64_t end = 0;
    {
        const auto reserve = open();
        ASSERT_TRUE(reserve->append(std::vector{entry(0)}).ok());
        ASSERT_TRUE(reserve->append(std::vector{entry(1)}).ok());
        // Both entries are equally long, but for the cause of the first.
        const std::string text = readFile(m_file).value();
        end = text.find_last_not_of('\0') + 1;
    }
    const std::string whole = readFile(m_file).value();
    for (std::uint64_t cut = end - 1; cut > end - 340; cut -= 13) {
        std::ofstream(m_file, std::ios::binary | std::ios::trunc)
            .write(whole.data(), static_cast<std::streamsize>(cut));
        const auto reserve = open();
        ASSERT_EQ(reserve->entries(), std::vector{entry(0)}) << "cut at " << cut;
        ASSERT_TRUE(reserve->append(std::vector{entry(2)}).ok());
        ASSERT_EQ(open()->entries(), (std::vector{entry(0), entry(2)}));
    }
}

TEST_F(Reserve, adamagedByteEndsIt) {
    ASSERT_TRUE(open()->append(std::vector{entry(0), entry(1)}).ok());
    for (std::uint64_t offset = kFirstEntry; offset < kFirstEntry + 340; offset += 7) {
        damage(offset);
        EXPECT_TRUE(open()->empty()) << offset;
        damage(offset);
        EXPECT_EQ(open()->entries().size(), 2u);
    }
}

TEST_F(Reserve, aFullReserveRefusesAndKeepsWhatItHas) {
    const auto reserve = open(16 * 1024);
    std::size_t taken = 0;
    Status last;
    while (taken < 1000 && (last = reserve->append(std::vector{entry(static_cast<int>(taken))})).ok()) {
        ++taken;
    }
    EXPECT_GT(taken, 20u);
    EXPECT_LT(taken, 30u);
    EXPECT_EQ(last.error().code, ErrorCode::ResourceExhausted);
    EXPECT_GT(reserve->percentFull(), 90);
    EXPECT_EQ(open(16 * 1024)->entries().size(), taken);
    EXPECT_EQ(std::filesystem::file_size(m_file), 16u * 1024);
}

TEST_F(Reserve, clearedEntriesNeverComeBack) {
    {
        const auto reserve = open();
        ASSERT_TRUE(reserve->append(std::vector{entry(0), entry(1), entry(2)}).ok());
        ASSERT_TRUE(reserve->clear().ok());
        EXPECT_TRUE(reserve->empty());
        EXPECT_EQ(reserve->filling(), 1u);
        ASSERT_TRUE(reserve->append(std::vector{entry(0)}).ok());
    }
    EXPECT_EQ(open()->entries(), std::vector{entry(0)}) << "the second old entry stands right behind it";
    EXPECT_EQ(open()->filling(), 1u);
}

TEST_F(Reserve, aTornHeaderLeavesTheOneBefore) {
    {
        const auto reserve = open();
        ASSERT_TRUE(reserve->append(std::vector{entry(0)}).ok());
        ASSERT_TRUE(reserve->clear().ok());
    }
    damage(4096 + 44); // the second header, which clear() wrote
    EXPECT_EQ(open()->entries(), std::vector{entry(0)}) << "merging again is harmless, forgetting is not";
}

TEST_F(Reserve, whatIsNoReserveOfThisLogIsRefused) {
    open();
    const auto other = ReserveFile::open(m_file, sha256(toBytes("other")), 1 << 20);
    ASSERT_FALSE(other.ok());
    EXPECT_EQ(other.error().code, ErrorCode::FailedPrecondition);
    damage(3);
    EXPECT_EQ(ReserveFile::open(m_file, m_log, 1 << 20).error().code, ErrorCode::FailedPrecondition);
}

TEST_F(Reserve, anotherLogsEntriesAreNotTaken) {
    ASSERT_TRUE(open()->append(std::vector{entry(0)}).ok());
    const std::string whole = readFile(m_file).value();
    std::filesystem::remove(m_file);
    ASSERT_TRUE(ReserveFile::open(m_file, sha256(toBytes("other")), 1 << 20).ok());
    std::fstream file(m_file, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(kFirstEntry);
    file.write(whole.data() + kFirstEntry, 2000);
    file.close();
    EXPECT_TRUE(ReserveFile::open(m_file, sha256(toBytes("other")), 1 << 20).value()->empty());
}

} // namespace
} // namespace gnomon::test
