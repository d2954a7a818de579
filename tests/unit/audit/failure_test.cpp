// SPDX-License-Identifier: GPL-3.0-or-later
// The disk refuses, the signer refuses, somebody else writes: what the log then does.
#include "tests/support/full_disk.h"
#include "tests/unit/audit/audit_fixture.h"

#include <atomic>

namespace gnomon::test {
namespace {

class Failure : public AuditFixture {};

TEST_F(Failure, aFullDiskRefusesAndLosesNothingAndTheLogGoesOnAfterwards) {
    openWith(10);
    std::uint64_t acknowledged = 10;
    bool refused = false;
    {
        const FullDisk full(256 * 1024);
        for (int i = 0; i < 5000 && !refused; ++i) {
            const Result<port::Appended> appended = m_log->append(auditRecord());
            refused = !appended.ok();
            acknowledged += appended.ok() ? 1 : 0;
            if (refused) {
                EXPECT_EQ(appended.error().code, ErrorCode::Unavailable);
            }
        }
        ASSERT_TRUE(refused);
    }
    const std::uint64_t before = m_log->size();
    EXPECT_GE(before, acknowledged);
    Result<port::Appended> appended = m_log->append(auditRecord());
    ASSERT_TRUE(appended.ok()) << appended.error().message;
    EXPECT_EQ(appended->seq.value, before);
    EXPECT_TRUE(m_log->health().ok());
    EXPECT_TRUE(fsck().ok()) << fsck().finding;
    close();
    open();
    EXPECT_EQ(m_log->size(), before + 1);
}

TEST_F(Failure, healthSaysWhyRecordsCannotBeWritten) {
    openWith(10);
    const FullDisk full(8 * 1024); // less than any commit needs
    EXPECT_EQ(m_log->append(auditRecord()).error().code, ErrorCode::Unavailable);
    EXPECT_EQ(m_log->append(auditRecord()).error().code, ErrorCode::Unavailable);
    EXPECT_FALSE(m_log->health().ok());
    EXPECT_FALSE(m_log->health().error().message.empty());
}

TEST_F(Failure, aLogThatSomebodyElseChangedIsNotWrittenAnyMore) {
    openWith(10);
    {
        SQLite::Database other((m_folder / "audit.db").string(), SQLite::OPEN_READWRITE);
        other.exec("UPDATE head SET size = 9, partial = substr(partial, 1, 288)");
    }
    EXPECT_EQ(m_log->append(auditRecord()).error().code, ErrorCode::Unavailable);
    EXPECT_EQ(m_log->append(auditRecord()).error().code, ErrorCode::Unavailable);
    EXPECT_FALSE(m_log->health().ok());
    EXPECT_EQ(m_log->size(), 10u) << "what was known to be durable is still said";
}

// Signs until it is told not to.
class FickleSigner final : public port::Signer {
public:
    explicit FickleSigner(port::Signer& inner) : m_inner(inner) {}
    std::string name() const override { return m_inner.name(); }
    Bytes publicKey() const override { return m_inner.publicKey(); }
    Result<Bytes> sign(ByteView message) override {
        if (refuses) {
            return Error{ErrorCode::Unavailable, "the key is not at hand"};
        }
        ++signatures;
        return m_inner.sign(message);
    }
    std::atomic<bool> refuses = false;
    std::atomic<int> signatures = 0;

private:
    port::Signer& m_inner;
};

TEST_F(Failure, withoutASignatureRecordsAreDurableAndTheOlderCheckpointStays) {
    FickleSigner signer(*m_signer);
    m_log = audit::AuditLog::open({m_folder, m_origin, "boot-1", "0"}, m_clock, m_random, signer).value();
    append(auditRecord());
    EXPECT_EQ(m_log->checkpoint()->size, 1u);
    signer.refuses = true;
    append(auditRecord());
    EXPECT_EQ(m_log->size(), 2u);
    EXPECT_EQ(m_log->checkpoint()->size, 1u);
    EXPECT_FALSE(m_log->health().ok());
    signer.refuses = false;
    append(auditRecord());
    EXPECT_EQ(m_log->checkpoint()->size, 3u);
    EXPECT_TRUE(m_log->health().ok());
    close();
    EXPECT_TRUE(fsck().ok()) << fsck().finding;
}

// A log with more behind its newest checkpoint could not be told from one that somebody wrote without the key.
TEST_F(Failure, aLogThatNobodySignsTakesOnlySoMuch) {
    FickleSigner signer(*m_signer);
    m_log = audit::AuditLog::open({m_folder, m_origin, "boot-1", "0"}, m_clock, m_random, signer).value();
    append(auditRecord());
    signer.refuses = true;
    Result<port::Appended> last = m_log->append(auditRecord());
    for (int i = 0; i < 2000 && last.ok(); ++i) {
        last = m_log->append(auditRecord());
    }
    ASSERT_FALSE(last.ok());
    EXPECT_EQ(last.error().message, "the key is not at hand");
    EXPECT_LE(m_log->size(), 1024u);
    const std::uint64_t taken = m_log->size();
    close();
    open();
    EXPECT_EQ(m_log->size(), taken);
    close();

    signer.refuses = false;
    m_log = audit::AuditLog::open({m_folder, m_origin, "boot-1", "0"}, m_clock, m_random, signer).value();
    signer.refuses = true;
    while (m_log->append(auditRecord()).ok()) {
    }
    signer.refuses = false;
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!m_log->append(auditRecord()).ok() && std::chrono::steady_clock::now() < until) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    EXPECT_TRUE(m_log->append(auditRecord()).ok()) << "it goes on by itself";
    close();
    EXPECT_TRUE(fsck().ok()) << fsck().finding;
}

TEST_F(Failure, aQuietLogIsSignedByItself) {
    FickleSigner signer(*m_signer);
    m_log = audit::AuditLog::open({m_folder, m_origin, "boot-1", "0"}, m_clock, m_random, signer).value();
    const int before = signer.signatures;
    append(auditRecord());
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (signer.signatures == before && std::chrono::steady_clock::now() < until) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    EXPECT_GT(signer.signatures, before) << "nobody asked";
    close();
}

} // namespace
} // namespace gnomon::test
