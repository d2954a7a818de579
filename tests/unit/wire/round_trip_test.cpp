// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/wire/access.h"
#include "backend/wire/audit.h"
#include "backend/wire/change.h"
#include "backend/wire/common.h"
#include "backend/wire/comparison.h"
#include "backend/wire/deployment.h"
#include "backend/wire/exchange.h"
#include "backend/wire/node.h"
#include "tests/support/wire_samples.h"

#include <gnomon/v1/access.pb.h>
#include <gnomon/v1/audit.pb.h>
#include <gnomon/v1/comparison.pb.h>
#include <gnomon/v1/deployment.pb.h>
#include <gnomon/v1/node.pb.h>

#include <gtest/gtest.h>

namespace gnomon {
namespace {

// The names of fields that were left unset, below and in the message: what toProto() forgot or the sample lacks.
void collectUnset(const google::protobuf::Message& message, std::vector<std::string>& unset) {
    const auto* reflection = message.GetReflection();
    const auto* type = message.GetDescriptor();
    for (int i = 0; i < type->field_count(); ++i) {
        const auto* field = type->field(i);
        const bool nested = field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE;
        if (field->is_repeated()) {
            const int size = reflection->FieldSize(message, field);
            if (size == 0) {
                unset.push_back(field->full_name());
            } else if (nested) {
                collectUnset(reflection->GetRepeatedMessage(message, field, 0), unset);
            }
        } else if (!reflection->HasField(message, field)) {
            unset.push_back(field->full_name());
        } else if (nested && field->message_type()->file()->package() == "gnomon.v1") {
            collectUnset(reflection->GetMessage(message, field), unset);
        }
    }
}

// Through real bytes, as between two programs.
template <class Domain>
void expectRoundTrip(const Domain& value, const std::vector<std::string>& mayBeUnset = {}) {
    const auto sent = wire::toProto(value);
    std::vector<std::string> unset;
    collectUnset(sent, unset);
    EXPECT_EQ(unset, mayBeUnset);
    auto received = sent;
    received.Clear();
    ASSERT_TRUE(received.ParseFromString(sent.SerializeAsString()));
    const auto back = wire::fromProto(received);
    ASSERT_TRUE(back.ok()) << back.error().message;
    EXPECT_TRUE(*back == value);
}

TEST(WireRoundTrip, everyFieldOfCommonTypesSurvives) {
    expectRoundTrip(test::stamp());
    expectRoundTrip(test::actor());
    expectRoundTrip(test::tensor());
    expectRoundTrip(test::textTensor());
    expectRoundTrip(test::principal());
}

TEST(WireRoundTrip, everyFieldOfDeploymentTypesSurvives) {
    expectRoundTrip(test::deployment());
    expectRoundTrip(test::generation());
    expectRoundTrip(test::version());
    expectRoundTrip(test::settings());
    expectRoundTrip(test::snapshot());
}

TEST(WireRoundTrip, everyFieldOfChangeTypesSurvives) {
    expectRoundTrip(test::changeRequest());
    expectRoundTrip(test::preview());
    expectRoundTrip(test::executeRequest());
    expectRoundTrip(test::changeOutcome());
    expectRoundTrip(test::effectProof());
    expectRoundTrip(test::answerTrace());
    expectRoundTrip(wire::EffectQuery{EndpointName("a"), GenerationNumber(3), std::chrono::milliseconds(2500)});
    expectRoundTrip(wire::AnswerQuery{EndpointName("a"), "r-1", std::nullopt}, {"gnomon.v1.WhatAnsweredRequest.time"});
    expectRoundTrip(wire::AnswerQuery{EndpointName("a"), "", test::at(1'700'000'000)},
                    {"gnomon.v1.WhatAnsweredRequest.request_id"});
}

TEST(WireRoundTrip, everyFieldOfComparisonTypesSurvives) {
    expectRoundTrip(test::comparison());
    expectRoundTrip(test::exchange());
    expectRoundTrip(test::payload());
}

TEST(WireRoundTrip, everyFieldOfNodeTypesSurvives) {
    expectRoundTrip(test::nodeInfo());
    expectRoundTrip(test::nodeUpdate());
}

TEST(WireRoundTrip, everyFieldOfAuditTypesSurvives) {
    expectRoundTrip(test::storedRecord());
    expectRoundTrip(test::checkpoint());
    expectRoundTrip(ConsistencyProof{5, 9, {test::digest(1)}});
}

TEST(WireRoundTrip, provenRecordSurvives) {
    const ProvenRecord sent = test::provenRecord();
    const auto back = wire::fromProto(wire::toProto(sent));
    ASSERT_TRUE(back.ok()) << back.error().message;
    EXPECT_TRUE(back->record == sent.record && back->proof == sent.proof && back->checkpoint == sent.checkpoint);
}

TEST(WireRoundTrip, auditPageSurvives) {
    const AuditPage sent = test::auditPage();
    const auto back = wire::fromProto(wire::toProto(sent));
    ASSERT_TRUE(back.ok()) << back.error().message;
    EXPECT_TRUE(back->records == sent.records && back->next == sent.next);
    EXPECT_EQ(back->logSize, sent.logSize);
    EXPECT_EQ(back->matching, sent.matching);
    EXPECT_EQ(back->atLeast, sent.atLeast);
}

// The filters have no ==; a filter is what it encodes to, and samples leave no field unset.
TEST(WireRoundTrip, everyFieldOfFiltersSurvives) {
    std::vector<std::string> unset;
    const auto exchanges = wire::toProto(test::exchangeFilter());
    collectUnset(exchanges, unset);
    const auto records = wire::toProto(test::auditFilter());
    collectUnset(records, unset);
    EXPECT_EQ(unset, std::vector<std::string>{});
    EXPECT_EQ(wire::toProto(wire::fromProto(exchanges).value()).SerializeAsString(), exchanges.SerializeAsString());
    EXPECT_EQ(wire::toProto(wire::fromProto(records).value()).SerializeAsString(), records.SerializeAsString());
}

TEST(WireRoundTrip, everyEnumeratorSurvives) {
    for (int i = 0; i <= static_cast<int>(ChangeKind::Disable); ++i) {
        const auto kind = static_cast<ChangeKind>(i);
        EXPECT_TRUE(wire::fromProto(wire::toProto(kind)).value() == kind);
    }
    for (int i = 0; i <= static_cast<int>(Permission::Work); ++i) {
        const auto permission = static_cast<Permission>(i);
        EXPECT_TRUE(wire::fromProto(wire::toProto(permission)).value() == permission);
    }
    for (int i = 0; i <= static_cast<int>(RecordKind::Lifecycle); ++i) {
        AuditFilter filter;
        filter.kind = static_cast<RecordKind>(i);
        EXPECT_TRUE(wire::fromProto(wire::toProto(filter)).value().kind == filter.kind);
    }
    for (int i = 0; i <= static_cast<int>(LegOutcome::Lost); ++i) {
        Exchange exchange = test::exchange();
        exchange.legs[0].outcome = static_cast<LegOutcome>(i);
        EXPECT_TRUE(wire::fromProto(wire::toProto(exchange)).value() == exchange);
    }
    for (int i = 0; i <= static_cast<int>(Verdict::Conflicting); ++i) {
        Comparison comparison = test::comparison();
        comparison.verdict = static_cast<Verdict>(i);
        EXPECT_TRUE(wire::fromProto(wire::toProto(comparison)).value() == comparison);
    }
    for (int i = 0; i <= static_cast<int>(VersionState::Refused); ++i) {
        Version version = test::version();
        version.state = static_cast<VersionState>(i);
        EXPECT_TRUE(wire::fromProto(wire::toProto(version)).value() == version);
    }
}

} // namespace
} // namespace gnomon
