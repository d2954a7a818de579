// SPDX-License-Identifier: GPL-3.0-or-later
// What somebody with write access to the file can do, and that it is found and named.
#include "backend/merkle/hash.h"
#include "backend/merkle/tiles.h"
#include "tests/unit/audit/audit_fixture.h"

#include <random>

namespace gnomon::test {
namespace {

class Tamper : public AuditFixture {
protected:
    void expectOpenNames(const std::string& what) {
        const Result<std::unique_ptr<audit::AuditLog>> opened = tryOpen();
        ASSERT_FALSE(opened.ok());
        EXPECT_EQ(opened.error().code, ErrorCode::Corrupt);
        EXPECT_NE(opened.error().message.find(what), std::string::npos) << opened.error().message;
    }
    std::string sqlOfFlippedByte(std::uint64_t seq, std::mt19937& random) {
        SQLite::Database database((m_folder / "audit.db").string(), SQLite::OPEN_READONLY);
        SQLite::Statement query(database, "SELECT bytes FROM rec WHERE seq = ?");
        query.bind(1, static_cast<std::int64_t>(seq));
        query.executeStep();
        const auto* data = static_cast<const std::uint8_t*>(query.getColumn(0).getBlob());
        Bytes bytes(data, data + query.getColumn(0).getBytes());
        bytes[random() % bytes.size()] ^= static_cast<std::uint8_t>(1u << random() % 8);
        return "UPDATE rec SET bytes = x'" + toHex(bytes) + "' WHERE seq = " + std::to_string(seq);
    }
};

TEST_F(Tamper, oneFlippedBitInTheTailIsNamedAtOpening) {
    openWith(300);
    close();
    std::mt19937 random(1);
    tamper(sqlOfFlippedByte(280, random));
    expectOpenNames("record 280 was altered");
    EXPECT_EQ(fsck().firstBad, Seq(280));
}

TEST_F(Tamper, oneFlippedBitAnywhereIsNamedByTheFullCheck) {
    openWith(600);
    close();
    std::mt19937 random(2);
    std::filesystem::copy_file(m_folder / "audit.db", m_folder / "good.db");
    for (int round = 0; round < 60; ++round) {
        const std::uint64_t seq = random() % 600;
        tamper(sqlOfFlippedByte(seq, random));
        const audit::FsckReport report = fsck();
        EXPECT_FALSE(report.ok());
        EXPECT_EQ(report.firstBad, Seq(seq)) << report.finding;
        std::filesystem::copy_file(m_folder / "good.db", m_folder / "audit.db",
                                   std::filesystem::copy_options::overwrite_existing);
    }
    EXPECT_TRUE(fsck().ok());
}

TEST_F(Tamper, aDeletedRecordIsNamed) {
    openWith(300);
    close();
    tamper("DELETE FROM rec WHERE seq = 100");
    EXPECT_EQ(fsck().firstBad, Seq(100));
    tamper("DELETE FROM rec WHERE seq = 290");
    expectOpenNames("record 290 is missing");
}

TEST_F(Tamper, aTruncatedLogIsNoticedAtOpening) {
    openWith(300);
    close();
    tamper("DELETE FROM rec WHERE seq >= 270");
    expectOpenNames("record 270 is missing");
    EXPECT_FALSE(fsck().ok());
}

TEST_F(Tamper, aTruncationThatAlsoSetsTheHeadBackIsNoticedByTheSignature) {
    openWith(300);
    close();
    std::vector<Digest> tail;
    {
        SQLite::Database database((m_folder / "audit.db").string(), SQLite::OPEN_READONLY);
        SQLite::Statement query(database, "SELECT bytes FROM rec WHERE seq >= 256 AND seq < 270 ORDER BY seq");
        while (query.executeStep()) {
            const auto* data = static_cast<const std::uint8_t*>(query.getColumn(0).getBlob());
            tail.push_back(merkle::leafHash({data, static_cast<std::size_t>(query.getColumn(0).getBytes())}));
        }
        SQLite::Statement tile(database, "SELECT data FROM tile WHERE level = 0 AND idx = 0");
        tile.executeStep();
        const auto* data = static_cast<const std::uint8_t*>(tile.getColumn(0).getBlob());
        tail.push_back(merkle::subtreeRoot(merkle::unpackDigests({data, merkle::kTileBytes}).value()));
    }
    tamper("DELETE FROM rec WHERE seq >= 270; UPDATE head SET size = 270, partial = x'" +
           toHex(merkle::packDigests(tail)) + "'");
    expectOpenNames("300 records were signed");
    EXPECT_FALSE(fsck().ok());
}

TEST_F(Tamper, swappedRecordsAreNamed) {
    openWith(300);
    close();
    tamper("UPDATE rec SET seq = 1000 WHERE seq = 50; UPDATE rec SET seq = 50 WHERE seq = 51;"
           "UPDATE rec SET seq = 51 WHERE seq = 1000");
    EXPECT_EQ(fsck().firstBad, Seq(50));
}

TEST_F(Tamper, aRecordAddedBehindTheEndIsNoticed) {
    openWith(10);
    close();
    tamper("INSERT INTO rec SELECT 10, bytes FROM rec WHERE seq = 3");
    expectOpenNames("record 10 was added");
    EXPECT_FALSE(fsck().ok());
}

TEST_F(Tamper, aChangedTileIsNoticed) {
    openWith(600);
    close();
    tamper("UPDATE tile SET data = zeroblob(8192) WHERE level = 0 AND idx = 1");
    expectOpenNames("tile 0/1");
    EXPECT_FALSE(fsck().ok());
}

// Somebody rewrites a record, its tile and everything above: only the signature is out of reach.
TEST_F(Tamper, aRewriteWithoutTheKeyIsNoticedByTheSignedCheckpoints) {
    openWith(10);
    close();
    std::vector<Digest> leaves;
    std::string hex;
    {
        SQLite::Database database((m_folder / "audit.db").string(), SQLite::OPEN_READONLY);
        SQLite::Statement query(database, "SELECT bytes FROM rec ORDER BY seq");
        while (query.executeStep()) {
            const auto* data = static_cast<const std::uint8_t*>(query.getColumn(0).getBlob());
            Bytes bytes(data, data + query.getColumn(0).getBytes());
            if (leaves.size() == 4) {
                const std::string text(asText(bytes));
                bytes[text.find("record 4") + 7] = '5';
                hex = toHex(bytes);
            }
            leaves.push_back(merkle::leafHash(bytes));
        }
    }
    tamper("UPDATE rec SET bytes = x'" + hex + "' WHERE seq = 4; UPDATE head SET partial = x'" +
           toHex(merkle::packDigests(leaves)) + "'");
    expectOpenNames("not those that were signed");
    EXPECT_FALSE(fsck().ok());
}

// Whatever nobody has signed can be written by anybody: hashes need no key.
TEST_F(Tamper, aLogWithoutItsSignaturesIsRefused) {
    openWith(1300);
    close();
    EXPECT_TRUE(fsck().ok());
    EXPECT_EQ(fsck().signedRecords, 1300u);
    tamper("DELETE FROM checkpoint WHERE size > 300");
    expectOpenNames("no signature covers records 2");
    EXPECT_NE(fsck().finding.find("no signature covers records 2"), std::string::npos) << fsck().finding;
    tamper("DELETE FROM checkpoint");
    expectOpenNames("no signature covers records 0 to 1300");
    EXPECT_EQ(fsck().firstBad, Seq(0));
}

TEST_F(Tamper, anAlteredPayloadIsNamed) {
    open();
    append(auditRecord());
    append(auditRecord(), AuditPayload{{}, {{"generation", "7"}}});
    close();
    tamper("UPDATE payload SET salt = zeroblob(32)");
    EXPECT_EQ(fsck().firstBad, Seq(1));
}

TEST_F(Tamper, aHiddenOpenIntentIsNoticed) {
    open();
    append(auditRecord(RecordKind::Intent));
    close();
    tamper("DELETE FROM open_intent");
    EXPECT_FALSE(fsck().ok());
}

TEST_F(Tamper, anotherKeyFileIsRefusedByName) {
    openWith(3);
    close();
    std::filesystem::remove(m_folder / "audit.key");
    m_signer = audit::FileSigner::open(m_folder / "audit.key", m_origin, m_random).value();
    const Result<std::unique_ptr<audit::AuditLog>> opened = tryOpen();
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(opened.error().code, ErrorCode::FailedPrecondition);
}

TEST_F(Tamper, anotherOriginIsRefused) {
    openWith(3);
    close();
    const Result<std::unique_ptr<audit::AuditLog>> opened =
        audit::AuditLog::open({m_folder, "gnomon.example/other/audit", "b", "0"}, m_clock, m_random, *m_signer);
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(opened.error().code, ErrorCode::FailedPrecondition);
}

TEST_F(Tamper, aFileThatIsNoLogIsRefused) {
    {
        SQLite::Database database((m_folder / "audit.db").string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
        database.exec("CREATE TABLE something(x)");
    }
    EXPECT_EQ(tryOpen().error().code, ErrorCode::FailedPrecondition);
}

} // namespace
} // namespace gnomon::test
