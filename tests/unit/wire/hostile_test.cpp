// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/wire/audit.h"
#include "backend/wire/change.h"
#include "backend/wire/common.h"
#include "backend/wire/comparison.h"
#include "backend/wire/deployment.h"
#include "backend/wire/exchange.h"
#include "backend/wire/node.h"
#include "tests/support/wire_samples.h"

#include <gnomon/v1/audit.pb.h>
#include <gnomon/v1/comparison.pb.h>
#include <gnomon/v1/deployment.pb.h>
#include <gnomon/v1/node.pb.h>

#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace gnomon {
namespace {

template <class Message>
std::string fieldAtFault(const Message& message) {
    const auto read = wire::fromProto(message);
    if (read.ok()) {
        return "(accepted)";
    }
    EXPECT_EQ(read.error().code, ErrorCode::InvalidArgument);
    return read.error().field;
}

TEST(HostileWire, unknownAndUnspecifiedEnumeratorsAreRefused) {
    auto generation = wire::toProto(test::generation());
    generation.set_kind(v1::CHANGE_KIND_UNSPECIFIED);
    EXPECT_EQ(fieldAtFault(generation), "kind");
    generation = wire::toProto(test::generation());
    generation.mutable_deployment()->set_mode(static_cast<v1::Mode>(99));
    EXPECT_EQ(fieldAtFault(generation), "deployment.mode");
}

TEST(HostileWire, namesAndIdsAreChecked) {
    auto generation = wire::toProto(test::generation());
    generation.set_endpoint("../etc/passwd");
    EXPECT_EQ(fieldAtFault(generation), "endpoint");
    auto stamp = wire::toProto(test::stamp());
    stamp.set_boot_id("boot");
    EXPECT_EQ(fieldAtFault(stamp), "boot_id");
    auto execute = wire::toProto(test::executeRequest());
    execute.set_request_id("two words");
    EXPECT_EQ(fieldAtFault(execute), "request_id");
    execute = wire::toProto(test::executeRequest());
    execute.set_digest("short");
    EXPECT_EQ(fieldAtFault(execute), "digest");
    execute = wire::toProto(test::executeRequest());
    execute.set_expected_endpoint("../spam");
    EXPECT_EQ(fieldAtFault(execute), "expected_endpoint");
    execute = wire::toProto(test::executeRequest());
    execute.set_expected_kind(v1::CHANGE_KIND_UNSPECIFIED);
    EXPECT_EQ(fieldAtFault(execute), "expected_kind");
}

TEST(HostileWire, numbersOutOfRangeAreRefused) {
    auto endpoint = wire::toProto(test::snapshot());
    endpoint.set_p99_seconds(std::numeric_limits<double>::quiet_NaN());
    EXPECT_EQ(fieldAtFault(endpoint), "p99_seconds");
    auto comparison = wire::toProto(test::comparison());
    comparison.mutable_agreement_interval()->set_low(std::nan(""));
    EXPECT_EQ(fieldAtFault(comparison), "agreement_interval.low");
    auto stamp = wire::toProto(test::stamp());
    stamp.mutable_server_time()->set_seconds(std::numeric_limits<std::int64_t>::max());
    EXPECT_EQ(fieldAtFault(stamp), "server_time");
    auto exchange = wire::toProto(test::exchange());
    exchange.mutable_legs(0)->mutable_latency()->set_seconds(std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(fieldAtFault(exchange), "legs.latency");
    auto change = wire::toProto(test::changeRequest());
    change.set_mirror_percent(101);
    EXPECT_EQ(fieldAtFault(change), "mirror_percent");
}

TEST(HostileWire, countsBeyondReasonAreRefused) {
    auto update = wire::toProto(test::nodeUpdate());
    for (int i = 0; i < 1001; ++i) {
        update.add_alarms("a");
    }
    EXPECT_EQ(fieldAtFault(update), "alarms");
    auto proof = wire::toProto(ConsistencyProof{1, 2, {}});
    for (int i = 0; i < 129; ++i) {
        proof.add_hashes(std::string(32, 'x'));
    }
    EXPECT_EQ(fieldAtFault(proof), "hashes");
}

TEST(HostileWire, tensorsWhoseDataDoesNotMatchTheirShapeAreRefused) {
    auto tensor = wire::toProto(test::tensor());
    tensor.set_shape(0, 3);
    EXPECT_EQ(fieldAtFault(tensor), "data");
    tensor.set_shape(0, -1);
    EXPECT_EQ(fieldAtFault(tensor), "shape");
    tensor.clear_shape();
    for (int i = 0; i < 8; ++i) {
        tensor.add_shape(INT32_MAX);
    }
    EXPECT_EQ(fieldAtFault(tensor), "shape");
    auto words = wire::toProto(test::textTensor());
    words.set_data(std::string("\xff\xff\xff\xff", 4));
    EXPECT_EQ(fieldAtFault(words), "data");
    words.set_data(std::string("\x01\x00\x00", 3));
    EXPECT_EQ(fieldAtFault(words), "data");
}

TEST(HostileWire, checkpointMustBeWhatItsNoteStates) {
    auto checkpoint = wire::toProto(test::checkpoint());
    checkpoint.set_size(44);
    EXPECT_EQ(fieldAtFault(checkpoint), "note");
    checkpoint = wire::toProto(test::checkpoint());
    checkpoint.clear_note();
    EXPECT_EQ(fieldAtFault(checkpoint), "note");
}

TEST(HostileWire, recordsThatDoNotDecodeAreRefused) {
    auto record = wire::toProto(test::storedRecord());
    record.set_record(record.record() + "x");
    EXPECT_FALSE(wire::fromProto(record).ok());
    record = wire::toProto(test::storedRecord());
    record.clear_payload_salt();
    EXPECT_EQ(fieldAtFault(record), "payload");
}

TEST(HostileWire, textIsMadePrintable) {
    auto update = wire::toProto(test::nodeUpdate());
    update.set_alarms(0, "a\nb\xe2\x80\xae");
    EXPECT_EQ(wire::fromProto(update).value().alarms[0], "a\\u{000a}b\\u{202e}");
}

TEST(HostileWire, pageSizesAreBroughtIntoRange) {
    v1::SearchRecordsRequest request;
    EXPECT_EQ(wire::fromProto(request).value().pageSize, 200u);
    request.set_page_size(1'000'000);
    EXPECT_EQ(wire::fromProto(request).value().pageSize, 1000u);
    request.set_page_size(-1);
    EXPECT_EQ(fieldAtFault(request), "page_size");
    request.set_page_size(1);
    request.set_page_token("99999999999999999999999");
    EXPECT_EQ(fieldAtFault(request), "page_token");
}

// Any bytes at all: reading them gives a value or an error, and a value that was accepted encodes again.
template <class Message>
void survivesMutation(const Message& good, std::mt19937& random) {
    const std::string bytes = good.SerializeAsString();
    for (int round = 0; round < 400; ++round) {
        std::string mutated = bytes;
        for (unsigned i = 0; i <= random() % 4; ++i) {
            mutated[random() % mutated.size()] = static_cast<char>(random());
        }
        Message message;
        if (message.ParseFromString(mutated)) {
            if (const auto read = wire::fromProto(message); read.ok()) {
                (void)wire::toProto(*read).SerializeAsString();
            }
        }
    }
}

TEST(HostileWire, mutatedMessagesNeverCrash) {
    const google::protobuf::LogSilencer quiet;
    std::mt19937 random(1);
    survivesMutation(wire::toProto(test::nodeUpdate()), random);
    survivesMutation(wire::toProto(test::nodeInfo()), random);
    survivesMutation(wire::toProto(test::preview()), random);
    survivesMutation(wire::toProto(test::comparison()), random);
    survivesMutation(wire::toProto(test::payload()), random);
    survivesMutation(wire::toProto(test::exchange()), random);
    survivesMutation(wire::toProto(test::auditPage()), random);
    survivesMutation(wire::toProto(test::provenRecord()), random);
}

} // namespace
} // namespace gnomon
