// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/proof/checkpoint.h"
#include "backend/proof/export_verifier.h"
#include "backend/proof/record_check.h"
#include "tests/unit/audit/audit_fixture.h"

namespace gnomon::test {
namespace {

class Proofs : public AuditFixture {
protected:
    ProvenRecord proven(Seq seq) {
        const Checkpoint checkpoint = m_log->checkpoint().value();
        return {m_log->get(seq).value(), m_log->proveInclusion(seq, checkpoint.size).value(), checkpoint};
    }
    Bytes exported() {
        Bytes file;
        EXPECT_TRUE(m_log
                        ->exportAll([&](ByteView chunk, std::uint64_t, std::uint64_t) {
                            file.insert(file.end(), chunk.begin(), chunk.end());
                            return true;
                        })
                        .ok());
        return file;
    }
};

TEST_F(Proofs, everyRecordIsProvenAgainstTheCheckpoint) {
    openWith(700);
    for (std::uint64_t seq = 0; seq < 700; seq += 7) {
        const Status checked = proof::checkRecord(proven(Seq(seq)), key());
        EXPECT_TRUE(checked.ok()) << seq << ": " << checked.error().message;
    }
}

TEST_F(Proofs, proofsForOlderTreesHoldToo) {
    open();
    std::vector<Checkpoint> seen;
    for (int i = 0; i < 600; ++i) {
        append(auditRecord());
        if (i % 37 == 0) {
            seen.push_back(m_log->checkpoint().value());
        }
    }
    const Checkpoint last = m_log->checkpoint().value();
    for (const Checkpoint& older : seen) {
        const ConsistencyProof grown = m_log->proveConsistency(older.size, last.size).value();
        EXPECT_TRUE(proof::checkGrowth(older, last, grown).ok()) << older.size;
        const ProvenRecord record{m_log->get(Seq(older.size / 2)).value(),
                                  m_log->proveInclusion(Seq(older.size / 2), older.size).value(), older};
        EXPECT_TRUE(proof::checkRecord(record, key()).ok()) << older.size;
    }
}

TEST_F(Proofs, whatIsNotThereIsNotFound) {
    openWith(3);
    EXPECT_EQ(m_log->get(Seq(3)).error().code, ErrorCode::NotFound);
    EXPECT_EQ(m_log->proveInclusion(Seq(3), 3).error().code, ErrorCode::NotFound);
    EXPECT_EQ(m_log->proveInclusion(Seq(0), 4).error().code, ErrorCode::NotFound);
    EXPECT_EQ(m_log->proveConsistency(2, 4).error().code, ErrorCode::NotFound);
}

TEST_F(Proofs, anyChangeOfAProvenRecordIsNoticed) {
    openWith(20);
    append(auditRecord(), AuditPayload{{{"mode", "a", "b"}}, {}});
    const ProvenRecord good = proven(Seq(20));
    ASSERT_TRUE(proof::checkRecord(good, key()).ok());
    const auto refused = [&](const char* what, auto change) {
        ProvenRecord bad = good;
        change(bad);
        EXPECT_FALSE(proof::checkRecord(bad, key()).ok()) << what;
    };
    refused("bytes", [](ProvenRecord& r) { r.record.bytes[40] ^= 1; });
    refused("a field that is shown", [](ProvenRecord& r) { r.record.record.actor.person = "eve"; });
    refused("the payload that is shown", [](ProvenRecord& r) { r.record.payload->changes[0].after = "c"; });
    refused("payload bytes", [](ProvenRecord& r) { r.record.payloadBytes->back() ^= 1; });
    refused("a payload without proof", [](ProvenRecord& r) { r.record.payloadBytes.reset(); });
    refused("position", [](ProvenRecord& r) { r.proof.seq = Seq(19); });
    refused("tree size", [](ProvenRecord& r) { --r.proof.size; });
    refused("path", [](ProvenRecord& r) { r.proof.hashes.pop_back(); });
    refused("root that is shown", [](ProvenRecord& r) { r.checkpoint.root.bytes[0] ^= 1; });
    refused("size that is shown", [](ProvenRecord& r) { ++r.checkpoint.size; });
    refused("note", [](ProvenRecord& r) { r.checkpoint.note[5] ^= 1; });
    const proof::VerifierKey other = proof::SigningKey::fromSeed(m_origin, Bytes(32, 7)).value().verifierKey();
    EXPECT_EQ(proof::checkRecord(good, other).error().code, ErrorCode::Unauthenticated);
}

TEST_F(Proofs, anotherRecordOfTheLogDoesNotPassForThisOne) {
    openWith(20);
    ProvenRecord swapped = proven(Seq(4));
    swapped.record = m_log->get(Seq(5)).value();
    EXPECT_FALSE(proof::checkRecord(swapped, key()).ok());
}

TEST_F(Proofs, anExportIsVerifiedWithoutTheNode) {
    openWith(1000);
    append(auditRecord(), AuditPayload{{}, {{"generation", "7"}}});
    proof::ExportVerifier verifier({key(), m_log->checkpoint().value()});
    verifier.feed(exported());
    const proof::ExportReport report = verifier.finish();
    EXPECT_TRUE(report.ok()) << report.message;
    EXPECT_EQ(report.records, 1001u);
    EXPECT_EQ(report.payloads, 1u);
    EXPECT_GE(report.checkpoints, 4u) << "one for each 256 records, and the last";
    EXPECT_LE(report.checkpoints, 5u) << "no more of each 256";
    EXPECT_EQ(report.root, m_log->checkpoint()->root);
    EXPECT_EQ(report.origin, m_origin);
}

TEST_F(Proofs, anExportTellsItsProgressAndCanBeStopped) {
    openWith(100);
    std::uint64_t last = 0;
    EXPECT_TRUE(m_log
                    ->exportAll([&](ByteView chunk, std::uint64_t done, std::uint64_t total) {
                        EXPECT_LE(chunk.size(), 256u * 1024u);
                        EXPECT_EQ(total, 100u);
                        EXPECT_GE(done, last);
                        last = done;
                        return true;
                    })
                    .ok());
    EXPECT_EQ(last, 100u);
    const auto refuse = [](ByteView, std::uint64_t, std::uint64_t) { return false; };
    EXPECT_EQ(m_log->exportAll(refuse).error().code, ErrorCode::Cancelled);
}

TEST_F(Proofs, anOldCopyOfTheLogIsNoticedByWhoeverSawALaterCheckpoint) {
    openWith(300);
    close();
    const std::filesystem::path copy = m_folder / "copy.db";
    std::filesystem::copy_file(m_folder / "audit.db", copy);
    open();
    appendMany(50);
    const Checkpoint seen = m_log->checkpoint().value();
    close();
    std::filesystem::remove(m_folder / "audit.db-wal");
    std::filesystem::copy_file(copy, m_folder / "audit.db", std::filesystem::copy_options::overwrite_existing);
    open();
    // The copy itself is in order; only a witness can tell.
    ASSERT_TRUE(fsck().ok());
    EXPECT_FALSE(proof::checkGrowth(seen, m_log->checkpoint().value(), {}).ok()) << "smaller than before";
    proof::ExportVerifier verifier({key(), seen});
    verifier.feed(exported());
    EXPECT_EQ(verifier.finish().fault, proof::ExportFault::Missing);
    AuditRecord other = auditRecord();
    other.reason = "another history";
    for (int i = 0; i < 60; ++i) {
        append(other);
    }
    const Checkpoint now = m_log->checkpoint().value();
    EXPECT_FALSE(proof::checkGrowth(seen, now, m_log->proveConsistency(seen.size, now.size).value()).ok());
    proof::ExportVerifier later({key(), seen});
    later.feed(exported());
    EXPECT_EQ(later.finish().fault, proof::ExportFault::Rewritten);
}

} // namespace
} // namespace gnomon::test
