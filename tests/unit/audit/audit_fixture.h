// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/audit/audit_log.h"
#include "backend/audit/file_signer.h"
#include "backend/audit/fsck.h"
#include "tests/support/manual_clock.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>

namespace gnomon::test {

inline AuditRecord auditRecord(RecordKind kind = RecordKind::Lifecycle, const std::string& person = "ada") {
    AuditRecord record;
    record.kind = kind;
    record.actor = {person, "spiffe://example/console/" + person + "/laptop", "mtls", sha256(toBytes(person))};
    record.sourceAddress = "127.0.0.1:40112";
    record.sourceClient = "gnomon 0.1.0";
    record.action = "fallback";
    record.permission = "operate.safe";
    record.object = "endpoint/spam-filter";
    record.result = "ok";
    return record;
}

// A log in a folder of its own, which can be closed, changed behind its back and opened again.
class AuditFixture : public testing::Test {
protected:
    AuditFixture() {
        std::string name = (std::filesystem::temp_directory_path() / "gnomon-audit-XXXXXX").string();
        m_folder = mkdtemp(name.data());
        m_signer = audit::FileSigner::open(m_folder / "audit.key", m_origin, m_random).value();
    }
    ~AuditFixture() override {
        m_log.reset();
        std::filesystem::remove_all(m_folder);
    }

    Result<std::unique_ptr<audit::AuditLog>> tryOpen() {
        audit::AuditLogOptions options{m_folder, m_origin, "boot-1", "0.1.0-test"};
        options.indexBlock = m_indexBlock;
        return audit::AuditLog::open(std::move(options), m_clock, m_random, *m_signer);
    }
    void open() {
        Result<std::unique_ptr<audit::AuditLog>> opened = tryOpen();
        ASSERT_TRUE(opened.ok()) << opened.error().message;
        m_log = std::move(opened).value();
    }
    void close() { m_log.reset(); }
    // Opens and appends so many plain records.
    void openWith(std::uint64_t records) {
        open();
        appendMany(records);
    }
    void appendMany(std::uint64_t records) {
        for (std::uint64_t i = 0; i < records; ++i) {
            AuditRecord record = auditRecord();
            record.reason = "record " + std::to_string(m_log->size());
            ASSERT_TRUE(m_log->append(record).ok());
        }
    }
    Seq append(const AuditRecord& record, std::optional<AuditPayload> payload = std::nullopt) {
        const Result<port::Appended> appended = m_log->append(record, std::move(payload));
        EXPECT_TRUE(appended.ok()) << appended.error().message;
        return appended.ok() ? appended->seq : Seq(~std::uint64_t{0});
    }
    proof::VerifierKey key() const { return proof::VerifierKey::make(m_signer->name(), m_signer->publicKey()).value(); }
    audit::LogIdentity identity() const { return {m_origin, key()}; }
    audit::FsckReport fsck() const { return audit::checkWholeLog(m_folder / "audit.db", identity()).value(); }
    // Runs SQL on the closed log with its guard rails taken off, as somebody with the file could.
    void tamper(const std::string& sql) {
        SQLite::Database database((m_folder / "audit.db").string(), SQLite::OPEN_READWRITE);
        database.exec("DROP TRIGGER IF EXISTS rec_no_update; DROP TRIGGER IF EXISTS rec_no_delete;"
                      "DROP TRIGGER IF EXISTS tile_no_update; DROP TRIGGER IF EXISTS tile_no_delete");
        database.exec(sql);
    }

    const std::string m_origin = "gnomon.example/test/node-a/audit";
    std::filesystem::path m_folder;
    std::size_t m_indexBlock = 16; // so that a few records fill blocks
    ManualClock m_clock;
    SystemRandom m_random;
    std::unique_ptr<audit::FileSigner> m_signer;
    std::unique_ptr<audit::AuditLog> m_log;
};

} // namespace gnomon::test
