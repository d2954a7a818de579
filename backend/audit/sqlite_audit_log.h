// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/audit/audit_log.h"
#include "backend/audit/evidence_reader.h"
#include "backend/audit/index_follower.h"
#include "backend/audit/log_writer.h"

namespace gnomon::audit {

// AuditLog in SQLite: puts the writer, the readers and the search index together. Thread-safe.
class SqliteAuditLog final : public AuditLog {
public:
    static Result<std::unique_ptr<AuditLog>> open(AuditLogOptions options, const Clock& clock, Random& random,
                                                  port::Signer& signer);

    Result<port::Appended> append(AuditRecord record, std::optional<AuditPayload> payload) override;
    void appendAsync(AuditRecord record, std::optional<AuditPayload> payload, port::AppendCallback done) override;
    std::string verifierKey() const override { return m_verifierKey; }
    std::uint64_t size() const override { return m_writer->published().tree()->size(); }
    Status health() const override { return m_writer->health(); }
    AuditLoad load() const override { return m_writer->load(); }
    Result<Checkpoint> checkpoint() override;
    Result<AuditPage> search(const AuditFilter& filter) override;
    Result<StoredRecord> get(Seq seq) override;
    Result<InclusionProof> proveInclusion(Seq seq, std::uint64_t treeSize) override;
    Result<ConsistencyProof> proveConsistency(std::uint64_t oldSize, std::uint64_t newSize) override;
    Status
    exportAll(const std::function<bool(ByteView chunk, std::uint64_t done, std::uint64_t total)>& consumer) override;
    Result<std::vector<StoredRecord>> openIntents() override;

private:
    SqliteAuditLog(const std::filesystem::path& file, std::string verifierKey)
        : m_readers(file), m_verifierKey(std::move(verifierKey)) {}
    Result<IndexHits> hitsOf(const AuditFilter& filter, std::uint64_t size, EvidenceReader& reader);

    ReaderPool m_readers;
    const std::string m_verifierKey;
    std::unique_ptr<IndexFollower> m_index;
    std::unique_ptr<LogWriter> m_writer; // last: its thread tells the index
};

} // namespace gnomon::audit
