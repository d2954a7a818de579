// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/audit/sqlite_audit_log.h"
#include "backend/audit/export.h"
#include "backend/merkle/prove.h"

#include <algorithm>

namespace gnomon::audit {

namespace {

constexpr std::size_t kLargestPage = 1000;

Error notThere(const std::string& what, std::uint64_t size) {
    return {ErrorCode::NotFound, what + " is not in the audit log, which has " + std::to_string(size) + " records"};
}

bool isBlank(const std::string& text) {
    return text.find_first_not_of(" \t") == std::string::npos;
}

} // namespace

Result<std::unique_ptr<AuditLog>> AuditLog::open(AuditLogOptions options, const Clock& clock, Random& random,
                                                 port::Signer& signer) {
    return SqliteAuditLog::open(std::move(options), clock, random, signer);
}

Result<std::unique_ptr<AuditLog>> SqliteAuditLog::open(AuditLogOptions options, const Clock& clock, Random& random,
                                                       port::Signer& signer) {
    GNOMON_ASSIGN(proof::VerifierKey key, proof::VerifierKey::make(signer.name(), signer.publicKey()));
    const std::filesystem::path file = options.folder / "audit.db";
    const std::filesystem::path indexFile = options.folder / "audit_index.db";
    std::unique_ptr<SqliteAuditLog> log(new SqliteAuditLog(file, key.text()));
    LogIdentity identity{options.origin, std::move(key)};
    const std::filesystem::path reserve = options.folder / "audit.reserve";
    const std::size_t indexBlock = options.indexBlock;
    GNOMON_ASSIGN(log->m_writer,
                  LogWriter::open({std::move(options), clock, random, signer, std::move(identity), file, reserve}));
    log->m_index = std::make_unique<IndexFollower>(indexFile, log->m_readers, log->size(), indexBlock);
    log->m_writer->start([index = log->m_index.get()](std::uint64_t size) { index->follow(size); });
    return std::unique_ptr<AuditLog>(std::move(log));
}

void SqliteAuditLog::appendAsync(AuditRecord record, std::optional<AuditPayload> payload, port::AppendCallback done) {
    m_writer->append(std::move(record), std::move(payload), std::move(done));
}

Result<port::Appended> SqliteAuditLog::append(AuditRecord record, std::optional<AuditPayload> payload) {
    return m_writer->append(std::move(record), std::move(payload));
}

Result<Checkpoint> SqliteAuditLog::checkpoint() {
    return m_writer->published().checkpoint();
}

Result<StoredRecord> SqliteAuditLog::get(Seq seq) {
    if (seq.value >= size()) {
        return notThere("record " + std::to_string(seq.value), size());
    }
    GNOMON_ASSIGN(const ReaderPool::Lease reader, m_readers.borrow());
    return reader->record(seq);
}

Result<InclusionProof> SqliteAuditLog::proveInclusion(Seq seq, std::uint64_t treeSize) {
    const std::shared_ptr<const merkle::TileTree> tree = m_writer->published().tree();
    if (treeSize > tree->size() || seq.value >= treeSize) {
        return notThere("record " + std::to_string(seq.value) + " of a tree of " + std::to_string(treeSize),
                        tree->size());
    }
    GNOMON_ASSIGN(const ReaderPool::Lease reader, m_readers.borrow());
    GNOMON_ASSIGN(std::vector<Digest> path,
                  merkle::proveInclusion(seq.value, treeSize, tree->reader(tileReader(*reader))));
    return InclusionProof{seq, treeSize, std::move(path)};
}

Result<ConsistencyProof> SqliteAuditLog::proveConsistency(std::uint64_t oldSize, std::uint64_t newSize) {
    const std::shared_ptr<const merkle::TileTree> tree = m_writer->published().tree();
    if (newSize > tree->size() || oldSize > tree->size()) {
        return notThere("a tree of " + std::to_string(std::max(oldSize, newSize)), tree->size());
    }
    GNOMON_ASSIGN(const ReaderPool::Lease reader, m_readers.borrow());
    GNOMON_ASSIGN(std::vector<Digest> path,
                  merkle::proveConsistency(oldSize, newSize, tree->reader(tileReader(*reader))));
    return ConsistencyProof{oldSize, newSize, std::move(path)};
}

// Without a filter the evidence itself is the index.
Result<IndexHits> SqliteAuditLog::hitsOf(const AuditFilter& filter, std::uint64_t size, EvidenceReader& reader) {
    if (!matchesAll(filter)) {
        return m_index->find(filter, size);
    }
    const std::uint64_t end = filter.before ? std::min(filter.before->value, size) : size;
    GNOMON_ASSIGN(std::vector<Seq> page, reader.newest({0, end}, filter.pageSize));
    const bool more = !page.empty() && page.back().value > 0;
    return IndexHits{std::move(page), more, size, false};
}

Result<AuditPage> SqliteAuditLog::search(const AuditFilter& asked) {
    AuditFilter filter = asked;
    filter.pageSize = std::clamp<std::size_t>(filter.pageSize, 1, kLargestPage);
    if (filter.words && isBlank(*filter.words)) {
        filter.words.reset();
    }
    AuditPage page;
    page.logSize = size();
    GNOMON_ASSIGN(const ReaderPool::Lease reader, m_readers.borrow());
    GNOMON_ASSIGN(const IndexHits hits, hitsOf(filter, page.logSize, *reader));
    GNOMON_TRY(reader->holdSnapshot());
    for (const Seq seq : hits.page) {
        Result<StoredRecord> record = reader->record(seq);
        if (!record.ok() && record.error().code != ErrorCode::NotFound) {
            return std::move(record).error();
        }
        if (!record.ok() || !fits(filter, record->record)) {
            m_index->distrust();
            return Error{ErrorCode::Unavailable, "the search index does not fit the log and is being rebuilt",
                         "try again in a moment"};
        }
        page.records.push_back(std::move(record).value());
    }
    if (hits.more) {
        page.next = hits.page.back();
    }
    page.matching = hits.matching;
    page.atLeast = hits.atLeast;
    return page;
}

Status SqliteAuditLog::exportAll(
    const std::function<bool(ByteView chunk, std::uint64_t done, std::uint64_t total)>& consumer) {
    GNOMON_ASSIGN(const Checkpoint last, checkpoint());
    GNOMON_ASSIGN(const ReaderPool::Lease reader, m_readers.borrow());
    return exportLog(*reader, last, m_verifierKey, consumer);
}

Result<std::vector<StoredRecord>> SqliteAuditLog::openIntents() {
    GNOMON_ASSIGN(const ReaderPool::Lease reader, m_readers.borrow());
    GNOMON_ASSIGN(const std::vector<Seq> open, reader->openIntents());
    std::vector<StoredRecord> intents;
    for (const Seq seq : open) {
        GNOMON_ASSIGN(StoredRecord intent, reader->record(seq));
        intents.push_back(std::move(intent));
    }
    return intents;
}

} // namespace gnomon::audit
