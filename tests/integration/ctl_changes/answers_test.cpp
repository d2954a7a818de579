// SPDX-License-Identifier: GPL-3.0-or-later
// What gnomonctl makes of every answer that a change can get, from a node that answers by script.
#include "backend/proof/plan_codec.h"
#include "backend/wire/change.h"
#include "tests/support/run_program.h"
#include "tests/unit/client/scripted_node.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace gnomon::test {
namespace {

using nlohmann::json;

class CtlAnswers : public ::testing::Test {
protected:
    CtlAnswers() {
        PlanPreview preview = test::preview();
        preview.digest = proof::planDigest(preview.plan).value();
        m_plan = toHex(preview.digest.value);
        v1::PlanChangeResponse planned;
        *planned.mutable_preview() = wire::toProto(preview);
        m_script.answer("PlanChange", planned);
        v1::WatchEffectResponse proven;
        *proven.mutable_proof() = wire::toProto(effectProof());
        m_script.answer("WatchEffect", proven);
    }

    void executionEnds(grpc::StatusCode code) {
        m_script.answer("ExecutePlan", [this, code](const auto& request, auto& response) {
            m_seen.push_back(dynamic_cast<const v1::ExecutePlanRequest&>(request));
            *dynamic_cast<v1::ExecutePlanResponse&>(response).mutable_outcome() = wire::toProto(changeOutcome());
            return code == grpc::StatusCode::OK ? grpc::Status::OK : grpc::Status(code, "so the script says");
        });
    }
    ProgramEnd ctl(const std::string& words) {
        return runProgram("gnomonctl " + words + " --insecure-plaintext --node " + m_node.address());
    }

    Script m_script;
    ScriptedNode m_node{m_script};
    std::string m_plan;
    std::vector<v1::ExecutePlanRequest> m_seen;
};

TEST_F(CtlAnswers, aChangeThatIsNotConfirmedIsNoFailure) {
    executionEnds(grpc::StatusCode::OK);
    EXPECT_EQ(ctl("rollback spam-filter").code, 0);
    m_script.answer("WatchEffect", [](const auto&, auto&) {
        return grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, "no reply yet");
    });
    const ProgramEnd end = ctl("rollback spam-filter");
    EXPECT_EQ(end.code, 7) << end.text;
    EXPECT_NE(end.text.find("not confirmed yet"), std::string::npos) << end.text;
    EXPECT_EQ(ctl("rollback spam-filter --json").code, 7);
    EXPECT_NE(ctl("--help").text.find("7 done but not confirmed by a reply yet"), std::string::npos);
}

// Somebody else changed it meanwhile: it was made, and it is over.
TEST_F(CtlAnswers, aChangeThatWasReplacedIsNotCalledInForce) {
    executionEnds(grpc::StatusCode::OK);
    for (const grpc::StatusCode code : {grpc::StatusCode::FAILED_PRECONDITION, grpc::StatusCode::NOT_FOUND}) {
        m_script.answer("WatchEffect", [code](const auto&, auto&) { return grpc::Status(code, "was replaced"); });
        const ProgramEnd end = ctl("rollback spam-filter");
        EXPECT_EQ(end.code, 5) << end.text;
        EXPECT_NE(end.text.find("not in force any more: was replaced"), std::string::npos) << end.text;
    }
}

TEST_F(CtlAnswers, aLostAnswerSaysSoAndHowToAskAgain) {
    for (const grpc::StatusCode code :
         {grpc::StatusCode::UNAVAILABLE, grpc::StatusCode::DEADLINE_EXCEEDED, grpc::StatusCode::CANCELLED,
          grpc::StatusCode::INTERNAL, grpc::StatusCode::UNKNOWN, grpc::StatusCode::RESOURCE_EXHAUSTED}) {
        executionEnds(code);
        const ProgramEnd end = ctl("shadow start spam-filter v2 --reason \"it's 'new'\"");
        EXPECT_NE(end.code, 0);
        EXPECT_NE(end.text.find("the change may or may not be in force"), std::string::npos) << end.text;
        const std::size_t command = end.text.find("gnomonctl shadow start");
        ASSERT_NE(command, std::string::npos) << end.text;

        // What it names does as it says: the same plan, key and reason, to the same node, and nothing is planned anew.
        executionEnds(grpc::StatusCode::OK);
        m_script.answer("PlanChange", [](const auto&, auto&) { return grpc::Status::CANCELLED; });
        const std::string line = end.text.substr(command, end.text.find('\n', command) - command);
        const ProgramEnd again = runProgram(line);
        EXPECT_EQ(again.code, 0) << line << "\n" << again.text;
        ASSERT_EQ(m_seen.size(), 2u);
        EXPECT_EQ(m_seen[0].SerializeAsString(), m_seen[1].SerializeAsString());
        EXPECT_EQ(m_seen[1].reason(), "it's 'new'");
        EXPECT_EQ(toHex(asBytes(m_seen[1].digest())), m_plan);
        m_seen.clear();
        m_script.answer("PlanChange", [preview = test::preview()](const auto&, auto& response) mutable {
            preview.digest = proof::planDigest(preview.plan).value();
            *dynamic_cast<v1::PlanChangeResponse&>(response).mutable_preview() = wire::toProto(preview);
            return grpc::Status::OK;
        });
    }
}

TEST_F(CtlAnswers, theJsonOfALostAnswerHasPlanAndRequestId) {
    executionEnds(grpc::StatusCode::UNAVAILABLE);
    const ProgramEnd end = ctl("rollback spam-filter --json");
    EXPECT_EQ(end.code, 3);
    const json error = json::parse(end.text).at("error");
    EXPECT_EQ(error.at("plan"), m_plan);
    ASSERT_EQ(m_seen.size(), 1u);
    EXPECT_EQ(error.at("request_id"), m_seen[0].request_id());
    EXPECT_NE(error.at("message").get<std::string>().find("may or may not"), std::string::npos);
    EXPECT_NE(error.at("remedy").get<std::string>().find("--request-id " + m_seen[0].request_id()), std::string::npos);
}

TEST_F(CtlAnswers, aRefusalSaysNothingOfTheKind) {
    for (const grpc::StatusCode code : {grpc::StatusCode::INVALID_ARGUMENT, grpc::StatusCode::NOT_FOUND,
                                        grpc::StatusCode::ALREADY_EXISTS, grpc::StatusCode::FAILED_PRECONDITION,
                                        grpc::StatusCode::PERMISSION_DENIED, grpc::StatusCode::UNIMPLEMENTED}) {
        executionEnds(code);
        const ProgramEnd end = ctl("rollback spam-filter");
        EXPECT_NE(end.code, 0);
        EXPECT_EQ(end.text.find("may or may not"), std::string::npos) << end.text;
    }
}

TEST_F(CtlAnswers, theVerbSaysWhatThePlanIsTakenFor) {
    executionEnds(grpc::StatusCode::OK);
    EXPECT_EQ(ctl("shadow start spam-filter v2 --reason r --plan " + m_plan + " --request-id r-1").code, 0);
    EXPECT_EQ(ctl("disable spam-filter").code, 0);
    ASSERT_EQ(m_seen.size(), 2u);
    EXPECT_EQ(m_seen[0].expected_kind(), v1::CHANGE_KIND_SHADOW_START);
    EXPECT_EQ(m_seen[0].expected_endpoint(), "spam-filter");
    EXPECT_EQ(m_seen[0].expected_version(), 2u);
    EXPECT_EQ(m_seen[0].request_id(), "r-1");
    EXPECT_EQ(m_seen[1].expected_kind(), v1::CHANGE_KIND_DISABLE);
    EXPECT_FALSE(m_seen[1].has_expected_version());
}

} // namespace
} // namespace gnomon::test
