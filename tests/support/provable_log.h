// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/merkle/hash.h"
#include "backend/merkle/prove.h"
#include "backend/proof/checkpoint.h"
#include "backend/proof/export_file.h"
#include "backend/proof/record_codec.h"
#include "backend/proof/signing_key.h"
#include "tests/support/fake_node.h"

#include <stdexcept>
#include <vector>

namespace gnomon::test {

// Makes a FakeNode's audit side a real log: canonical bytes, a Merkle tree over them and signed checkpoints, so that a
// console can prove it. Then the test may tamper with it in every way that a console must notice. Must outlive the
// node's use.
class ProvableLog {
public:
    explicit ProvableLog(FakeNode& node, unsigned char seed = 1) : m_node(node), m_key(makeKey(seed)) {
        node.edit([this](auto&, NodeInfo& info) {
            m_origin = info.auditOrigin;
            info.auditVerifierKey = m_key.verifierKey().text();
        });
        node.editRecords([this](auto& records) {
            for (StoredRecord& stored : records) {
                seal(stored);
                m_leaves.push_back(merkle::leafHash(stored.bytes));
            }
        });
        node.checkpoint = [this] { return checkpoint(m_leaves.size()); };
        node.prove = [this](const std::vector<StoredRecord>& records, Seq seq) { return prove(records, seq); };
        node.proveConsistent = [this](std::uint64_t older, std::uint64_t newer) { return consistent(older, newer); };
        node.exported = [this](const std::vector<StoredRecord>& records) { return exported(records); };
    }

    std::uint64_t size() const { return m_leaves.size(); }
    Checkpoint head() const { return checkpoint(m_leaves.size()); }

    // A new record, as an honest node writes it.
    void append(const std::string& action) {
        m_node.editRecords([&](auto& records) {
            StoredRecord stored = records.back();
            stored.record.seq = Seq(records.size());
            stored.record.action = action;
            seal(stored);
            m_leaves.push_back(merkle::leafHash(stored.bytes));
            records.push_back(std::move(stored));
        });
    }
    // Somebody edits the database beneath the log: one byte of what is stored, the tree as it was.
    void flipByte(std::size_t seq) {
        m_node.editRecords([&](auto& records) { records[seq].bytes[records[seq].bytes.size() / 2] ^= 1; });
    }
    // The node shows another reason than the one that it recorded.
    void showAnotherReason(std::size_t seq, const std::string& reason) {
        m_shown = {seq, m_node.records()[seq]};
        m_node.editRecords([&](auto& records) { records[seq].record.reason = reason; });
    }
    // Somebody with the signing key writes history anew: consistent in itself.
    void rewrite(std::size_t seq, const std::string& reason) {
        m_node.editRecords([&](auto& records) {
            records[seq].record.reason = reason;
            seal(records[seq]);
            m_leaves[seq] = merkle::leafHash(records[seq].bytes);
        });
    }
    void truncate(std::size_t size) {
        m_node.editRecords([&](auto& records) { records.resize(size); });
        m_leaves.resize(size);
    }

private:
    static proof::SigningKey makeKey(unsigned char seed) {
        return orThrow(proof::SigningKey::fromSeed("gnomon.example/node-a", Bytes(32, seed)));
    }
    template <class T>
    static T orThrow(Result<T> result) {
        if (!result.ok()) {
            throw std::runtime_error(result.error().message);
        }
        return std::move(result).value();
    }

    void seal(StoredRecord& stored) const {
        stored.record.log = proof::logId(m_origin);
        if (stored.payload) {
            stored.payloadSalt = Bytes(proof::kSaltSize, 7);
            stored.payloadBytes = orThrow(proof::encodePayload(*stored.payload));
            stored.record.payload = proof::payloadCommitment(*stored.payloadSalt, *stored.payloadBytes);
        }
        stored.bytes = orThrow(proof::encodeRecord(stored.record));
    }
    merkle::SubtreeReader reader() const {
        return [this](unsigned level, std::uint64_t index) -> Result<Digest> {
            const std::size_t width = std::size_t{1} << level;
            return merkle::subtreeRoot(std::span(m_leaves).subspan(index * width, width));
        };
    }
    Checkpoint checkpoint(std::uint64_t size) const {
        const Digest root = size == 0 ? merkle::emptyRoot() : orThrow(merkle::treeRoot(size, reader()));
        const auto sign = [this](ByteView message) -> Result<Bytes> { return m_key.sign(message); };
        return orThrow(proof::signCheckpoint(m_origin, size, root, m_key.verifierKey(), sign));
    }
    Result<ProvenRecord> prove(const std::vector<StoredRecord>& records, Seq seq) const {
        if (seq.value >= m_leaves.size()) {
            return Error{ErrorCode::Unavailable, "record is not covered by a checkpoint yet"};
        }
        ProvenRecord proven;
        proven.record = m_shown && m_shown->first == seq.value ? m_shown->second : records[seq.value];
        proven.checkpoint = checkpoint(m_leaves.size());
        proven.proof = {seq, m_leaves.size(), {}};
        GNOMON_ASSIGN(proven.proof.hashes, merkle::proveInclusion(seq.value, m_leaves.size(), reader()));
        return proven;
    }
    Result<ConsistencyProof> consistent(std::uint64_t older, std::uint64_t newer) const {
        if (newer > m_leaves.size()) {
            return Error{ErrorCode::InvalidArgument, "the log is smaller than that"};
        }
        ConsistencyProof proof{older, newer, {}};
        GNOMON_ASSIGN(proof.hashes, merkle::proveConsistency(older, newer, reader()));
        return proof;
    }
    std::vector<Bytes> exported(const std::vector<StoredRecord>& records) const {
        std::vector<Bytes> chunks{proof::exportHeader(m_origin, m_key.verifierKey().text())};
        for (const StoredRecord& stored : records) {
            chunks.push_back(proof::exportRecord(stored));
        }
        chunks.push_back(proof::exportCheckpoint(checkpoint(m_leaves.size())));
        chunks.push_back(proof::exportEnd(records.size()));
        return chunks;
    }

    FakeNode& m_node;
    const proof::SigningKey m_key;
    std::string m_origin;
    std::vector<Digest> m_leaves;
    std::optional<std::pair<std::uint64_t, StoredRecord>> m_shown; // what proves, where something else is shown
};

} // namespace gnomon::test
