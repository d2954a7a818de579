// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/proof/record_codec.h"

#include <gtest/gtest.h>

#include <random>

namespace gnomon::proof {
namespace {

AuditRecord fullRecord() {
    AuditRecord record;
    record.seq = Seq(1234567);
    record.log = logId("gnomon.example/test/audit");
    record.time = WallTime(std::chrono::microseconds(1'772'366'400'123'456));
    record.bootId = "0123456789abcdef0123456789abcdef";
    record.monoNs = 987654321;
    record.kind = RecordKind::Outcome;
    record.actor = {"ada", "spiffe://example/console/ada/laptop", "mtls", sha256(toBytes("certificate"))};
    record.sourceAddress = "127.0.0.1:40112";
    record.sourceClient = "gnomon 0.1.0";
    record.action = "rollback";
    record.permission = "operate.safe";
    record.object = "endpoint/spam-filter";
    record.before = sha256(toBytes("before"));
    record.after = sha256(toBytes("after"));
    record.change = sha256(toBytes("change"));
    record.approvals = {sha256(toBytes("one")), sha256(toBytes("two"))};
    record.requestId = "request-1";
    record.ref = Seq(1234566);
    record.result = "failed";
    record.code = "UNAVAILABLE";
    record.reason = "the model \u201cv2\u201d did not load";
    record.payload = sha256(toBytes("payload"));
    record.policy = sha256(toBytes("policy"));
    record.build = "0.1.0+abc";
    return record;
}

TEST(RecordCodec, everyFieldComesBack) {
    const Bytes bytes = encodeRecord(fullRecord()).value();
    EXPECT_EQ(decodeRecord(bytes).value(), fullRecord());
}

TEST(RecordCodec, anEmptyRecordComesBack) {
    const AuditRecord record;
    EXPECT_EQ(decodeRecord(encodeRecord(record).value()).value(), record);
}

TEST(RecordCodec, everyKindComesBack) {
    for (int kind = 0; kind <= static_cast<int>(RecordKind::Lifecycle); ++kind) {
        AuditRecord record;
        record.kind = static_cast<RecordKind>(kind);
        EXPECT_EQ(decodeRecord(encodeRecord(record).value())->kind, record.kind);
    }
}

// Changes here change the hash of every record: only with a new schema version.
TEST(RecordCodec, theEncodingNeverChanges) {
    EXPECT_EQ(toHex(encodeRecord(AuditRecord{}).value()),
              "b100010100"       // version, seq
              "02f6"             // log
              "0300"             // time
              "04826000"         // boot, monotonic
              "0566696e74656e74" // kind
              "0684606060f6"     // actor
              "07826060"         // source
              "08826060"         // action
              "098360f6f6"       // object
              "0a82f680"         // change, approvals
              "0b60"             // request
              "0cf6"             // ref
              "0d83606060"       // result
              "0ef60ff61060");   // payload, policy, build
    EXPECT_EQ(toHex(sha256(encodeRecord(fullRecord()).value())),
              "d0611d9badb79c30869dbe83faab8f5a46dbc2bd8d465ceaac3a2b215933b670");
}

TEST(RecordCodec, eachFlippedBitIsRefusedOrMeansSomethingElse) {
    const Bytes bytes = encodeRecord(fullRecord()).value();
    for (std::size_t i = 0; i < bytes.size() * 8; ++i) {
        Bytes flipped = bytes;
        flipped[i / 8] ^= static_cast<std::uint8_t>(1u << i % 8);
        const Result<AuditRecord> decoded = decodeRecord(flipped);
        if (decoded.ok()) {
            EXPECT_NE(*decoded, fullRecord()) << i;
            EXPECT_EQ(encodeRecord(*decoded).value(), flipped) << "two encodings of one meaning, bit " << i;
        }
    }
}

TEST(RecordCodec, cutOrExtendedBytesAreRefused) {
    const Bytes bytes = encodeRecord(fullRecord()).value();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        EXPECT_FALSE(decodeRecord(ByteView(bytes).first(size)).ok()) << size;
    }
    Bytes longer = bytes;
    longer.push_back(0);
    EXPECT_FALSE(decodeRecord(longer).ok());
}

TEST(RecordCodec, randomBytesNeverDecodeToTwoEncodings) {
    std::mt19937 random(7);
    const Bytes good = encodeRecord(fullRecord()).value();
    for (int round = 0; round < 20'000; ++round) {
        Bytes bytes = good;
        for (unsigned changes = 1 + random() % 4; changes > 0; --changes) {
            bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
        }
        const Result<AuditRecord> decoded = decodeRecord(bytes);
        if (decoded.ok()) {
            ASSERT_EQ(encodeRecord(*decoded).value(), bytes);
        }
    }
}

TEST(RecordCodec, anotherSchemaVersionIsNamed) {
    AuditRecord record;
    record.version = 2;
    const Result<AuditRecord> decoded = decodeRecord(encodeRecord(record).value());
    ASSERT_FALSE(decoded.ok());
    EXPECT_EQ(decoded.error().code, ErrorCode::Unimplemented);
}

TEST(RecordCodec, textThatIsNotUtf8AndTooMuchOfItAreRefused) {
    AuditRecord record;
    record.reason = "\xc0\x80";
    EXPECT_EQ(encodeRecord(record).error().code, ErrorCode::InvalidArgument);
    record.reason.assign(70'000, 'x');
    EXPECT_EQ(encodeRecord(record).error().code, ErrorCode::InvalidArgument);
}

TEST(PayloadCodec, everyFieldComesBack) {
    const AuditPayload payload{{{"mode", "PRODUCTION", "FALLBACK"}, {"chain", "", "constant"}},
                               {{"generation", "7"}, {"", ""}}};
    const Bytes bytes = encodePayload(payload).value();
    EXPECT_EQ(decodePayload(bytes).value(), payload);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        EXPECT_FALSE(decodePayload(ByteView(bytes).first(size)).ok()) << size;
    }
}

TEST(PayloadCodec, tooLargePayloadsAreRefused) {
    AuditPayload payload;
    payload.facts.emplace_back("x", std::string(kPayloadLimit, 'x'));
    EXPECT_EQ(encodePayload(payload).error().code, ErrorCode::InvalidArgument);
}

TEST(PayloadCodec, theCommitmentDependsOnSaltAndPayload) {
    const Bytes payload = toBytes("payload");
    EXPECT_EQ(payloadCommitment(toBytes("salt"), payload), sha256(toBytes("saltpayload")));
    EXPECT_NE(payloadCommitment(toBytes("salz"), payload), payloadCommitment(toBytes("salt"), payload));
}

} // namespace
} // namespace gnomon::proof
