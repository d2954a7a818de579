// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/proof/export_verifier.h"
#include "backend/merkle/hash.h"
#include "backend/proof/checkpoint.h"
#include "backend/proof/export_file.h"
#include "backend/proof/record_codec.h"
#include "backend/proof/signing_key.h"

#include <gtest/gtest.h>

namespace gnomon::proof {
namespace {

const std::string kOrigin = "gnomon.example/test/audit";

// A small log from which whole and spoiled exports are put together.
class Export : public testing::Test {
protected:
    Export() {
        for (std::uint64_t seq = 0; seq < 6; ++seq) {
            m_records.push_back(make(seq, "record " + std::to_string(seq)));
        }
    }

    static SigningKey keyOf(std::uint8_t seed) { return SigningKey::fromSeed(kOrigin, Bytes(32, seed)).value(); }
    VerifierKey key() const { return m_key.verifierKey(); }

    StoredRecord make(std::uint64_t seq, const std::string& reason, const std::string& origin = kOrigin) const {
        AuditRecord record;
        record.seq = Seq(seq);
        record.log = logId(origin);
        record.reason = reason;
        StoredRecord stored;
        if (seq % 2 == 1) {
            stored.payload = AuditPayload{{}, {{"seq", std::to_string(seq)}}};
            stored.payloadBytes = encodePayload(*stored.payload).value();
            stored.payloadSalt = Bytes(kSaltSize, static_cast<std::uint8_t>(seq));
            record.payload = payloadCommitment(*stored.payloadSalt, *stored.payloadBytes);
        }
        stored.record = record;
        stored.bytes = encodeRecord(record).value();
        return stored;
    }
    Checkpoint checkpointOf(const std::vector<StoredRecord>& records, std::size_t size) const {
        merkle::Frontier tree;
        for (std::size_t i = 0; i < size; ++i) {
            tree.append(merkle::leafHash(records[i].bytes));
        }
        return signCheckpoint(kOrigin, size, tree.root(), key(),
                              [this](ByteView message) -> Result<Bytes> { return m_key.sign(message); })
            .value();
    }
    Checkpoint checkpoint(std::size_t size) const { return checkpointOf(m_records, size); }

    static void add(Bytes& file, const Bytes& item) { file.insert(file.end(), item.begin(), item.end()); }
    // Those records with those checkpoints behind the given sizes, and the end.
    Bytes file(const std::vector<StoredRecord>& records, const std::vector<Checkpoint>& checkpoints) const {
        Bytes all = exportHeader(kOrigin, key().text());
        for (std::size_t i = 0; i <= records.size(); ++i) {
            for (const Checkpoint& one : checkpoints) {
                if (one.size == i) {
                    add(all, exportCheckpoint(one));
                }
            }
            if (i < records.size()) {
                add(all, exportRecord(records[i]));
            }
        }
        add(all, exportEnd(records.size()));
        return all;
    }
    Bytes good() const { return file(m_records, {checkpoint(3), checkpoint(6)}); }

    static ExportReport verify(const Bytes& file, ExportOptions options = {}) {
        ExportVerifier verifier(std::move(options));
        verifier.feed(file);
        return verifier.finish();
    }
    void expect(const ExportReport& report, ExportFault fault, std::optional<std::uint64_t> firstBad) const {
        EXPECT_STREQ(exportFaultName(report.fault), exportFaultName(fault)) << report.message;
        EXPECT_EQ(report.firstBad, firstBad ? std::optional(Seq(*firstBad)) : std::nullopt) << report.message;
        EXPECT_FALSE(report.message.empty());
    }

    const SigningKey m_key = keyOf(1);
    std::vector<StoredRecord> m_records;
};

TEST_F(Export, aGoodOneIsAccepted) {
    const ExportReport report = verify(good(), {key(), checkpoint(4)});
    EXPECT_TRUE(report.ok()) << report.message;
    EXPECT_TRUE(report.keyWasGiven);
    EXPECT_EQ(report.records, 6u);
    EXPECT_EQ(report.checkpoints, 2u);
    EXPECT_EQ(report.payloads, 3u);
    EXPECT_EQ(report.root, checkpoint(6).root);
    EXPECT_EQ(report.verifierKey, key().text());
}

TEST_F(Export, itNeedNotComeInOnePiece) {
    const Bytes whole = good();
    for (const std::size_t chunk : {1u, 7u, 100u}) {
        ExportVerifier verifier({key(), {}});
        for (std::size_t at = 0; at < whole.size(); at += chunk) {
            EXPECT_TRUE(verifier.feed(ByteView(whole).subspan(at, std::min(chunk, whole.size() - at))));
        }
        EXPECT_TRUE(verifier.finish().ok()) << chunk;
    }
}

TEST_F(Export, anEmptyLogIsAccepted) {
    EXPECT_TRUE(verify(file({}, {checkpointOf({}, 0)})).ok());
}

TEST_F(Export, eachFlippedBitIsFoundEvenWithTheKeyInTheFile) {
    const Bytes whole = good();
    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
        Bytes flipped = whole;
        flipped[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
        EXPECT_FALSE(verify(flipped).ok()) << "bit " << bit;
    }
}

TEST_F(Export, eachChangedByteIsFound) {
    const Bytes whole = good();
    for (std::size_t at = 0; at < whole.size(); ++at) {
        for (const int value : {0x00, 0x20, 0x40, 0x60, 0x80, 0xa0, 0xf6, 0xff}) {
            Bytes changed = whole;
            changed[at] = static_cast<std::uint8_t>(value);
            EXPECT_EQ(verify(changed, {key(), {}}).ok(), changed == whole) << at;
        }
    }
}

TEST_F(Export, eachRemovedOrDoubledByteIsFound) {
    const Bytes whole = good();
    for (std::size_t at = 0; at < whole.size(); ++at) {
        Bytes less = whole;
        less.erase(less.begin() + static_cast<std::ptrdiff_t>(at));
        EXPECT_FALSE(verify(less, {key(), {}}).ok()) << at;
        Bytes more = whole;
        more.insert(more.begin() + static_cast<std::ptrdiff_t>(at), whole[at]);
        EXPECT_FALSE(verify(more, {key(), {}}).ok()) << at;
    }
}

TEST_F(Export, eachTruncationIsFound) {
    const Bytes whole = good();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const ExportReport report = verify(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
        EXPECT_TRUE(report.fault == ExportFault::Truncated || report.fault == ExportFault::NotAnExport) << size;
    }
}

TEST_F(Export, anAlteredRecordIsNamed) {
    for (std::size_t seq = 0; seq < 6; ++seq) {
        Bytes changed = good();
        const std::string text(asText(changed));
        changed[text.find("record " + std::to_string(seq)) + 1] ^= 1;
        expect(verify(changed), ExportFault::Altered, seq);
    }
}

TEST_F(Export, aMissingRecordIsNamed) {
    for (std::size_t seq = 0; seq < 6; ++seq) {
        std::vector<StoredRecord> fewer = m_records;
        fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(seq));
        expect(verify(file(fewer, {checkpoint(6)})), seq == 5 ? ExportFault::BadSignature : ExportFault::Missing,
               seq == 5 ? 0 : seq);
    }
    Bytes cut = exportHeader(kOrigin, key().text());
    add(cut, exportRecord(m_records[0]));
    add(cut, exportCheckpoint(checkpoint(2)));
    expect(verify(cut), ExportFault::Missing, 1);
}

TEST_F(Export, aDoubledOrForeignRecordIsNamed) {
    std::vector<StoredRecord> doubled = m_records;
    doubled.insert(doubled.begin() + 3, m_records[2]);
    expect(verify(file(doubled, {checkpoint(3)})), ExportFault::Altered, 3);
    std::vector<StoredRecord> foreign = m_records;
    foreign[4] = make(4, "record 4", "gnomon.example/other/audit");
    expect(verify(file(foreign, {checkpoint(6)})), ExportFault::Altered, 4);
}

TEST_F(Export, aRewrittenRecordIsNarrowedDownToTheCheckpointsAroundIt) {
    std::vector<StoredRecord> rewritten = m_records;
    rewritten[4] = make(4, "nothing happened");
    expect(verify(file(rewritten, {checkpoint(3), checkpoint(6)})), ExportFault::Rewritten, 3);
    rewritten[1] = make(1, "nothing happened");
    expect(verify(file(rewritten, {checkpoint(3), checkpoint(6)})), ExportFault::Rewritten, 0);
}

TEST_F(Export, aRewriteWithTheStolenKeyIsFoundByWhoeverSawAnEarlierCheckpoint) {
    std::vector<StoredRecord> rewritten = m_records;
    rewritten[1] = make(1, "nothing happened");
    const Bytes forged = file(rewritten, {checkpointOf(rewritten, 6)});
    EXPECT_TRUE(verify(forged, {key(), {}}).ok()) << "by itself it is consistent";
    expect(verify(forged, {key(), checkpoint(4)}), ExportFault::Rewritten, std::nullopt);
    expect(verify(file({}, {checkpointOf({}, 0)}), {key(), checkpoint(4)}), ExportFault::Missing, 0);
}

TEST_F(Export, anotherKeyIsABadSignature) {
    expect(verify(good(), {keyOf(2).verifierKey(), {}}), ExportFault::BadSignature, std::nullopt);
    Bytes relabelled = exportHeader(kOrigin, keyOf(2).verifierKey().text());
    const Bytes whole = good();
    const std::size_t header = exportHeader(kOrigin, key().text()).size();
    relabelled.insert(relabelled.end(), whole.begin() + static_cast<std::ptrdiff_t>(header), whole.end());
    expect(verify(relabelled), ExportFault::BadSignature, std::nullopt);
}

TEST_F(Export, recordsBehindTheLastCheckpointAreNotAccepted) {
    expect(verify(file(m_records, {checkpoint(3)})), ExportFault::BadSignature, 3);
    expect(verify(file(m_records, {})), ExportFault::BadSignature, 0);
}

TEST_F(Export, anAlteredPayloadIsNamedAndAnErasedOneIsCounted) {
    std::vector<StoredRecord> changed = m_records;
    changed[3].payloadBytes = encodePayload(AuditPayload{{}, {{"seq", "4"}}}).value();
    expect(verify(file(changed, {checkpoint(6)})), ExportFault::Altered, 3);
    changed[3].payloadBytes.reset();
    expect(verify(file(changed, {checkpoint(6)})), ExportFault::Altered, 3);
    changed[3].payloadSalt.reset();
    const ExportReport erased = verify(file(changed, {checkpoint(6)}));
    EXPECT_TRUE(erased.ok()) << erased.message;
    EXPECT_EQ(erased.erasedPayloads, 1u);
    std::vector<StoredRecord> added = m_records;
    added[2].payloadSalt = added[3].payloadSalt;
    added[2].payloadBytes = added[3].payloadBytes;
    expect(verify(file(added, {checkpoint(6)})), ExportFault::Altered, 2);
}

TEST_F(Export, whatIsSomethingElseIsCalledThat) {
    expect(verify({}), ExportFault::NotAnExport, std::nullopt);
    expect(verify(toBytes("{\"json\": true}")), ExportFault::NotAnExport, std::nullopt);
    expect(verify(Bytes(10'000, 0xff)), ExportFault::NotAnExport, std::nullopt);
    Bytes followed = good();
    add(followed, exportRecord(m_records[0]));
    expect(verify(followed), ExportFault::Altered, std::nullopt);
}

} // namespace
} // namespace gnomon::proof
