// SPDX-License-Identifier: GPL-3.0-or-later
// A generation that is stored while the deployment does not move.
#include "tests/support/change_bench.h"
#include "tests/unit/control/refusing_directory.h"

#include <gtest/gtest.h>

namespace gnomon::control {
namespace {

using test::ChangeBench;

class RefusedDeployTest : public testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(bench.changes().recover().ok());
        AuditReader reader{[this] { return Result<std::vector<StoredRecord>>(bench.audit.openIntents()); },
                           [this](const AuditFilter& filter) { return Result<AuditPage>(bench.audit.search(filter)); }};
        bench.service.reset();
        bench.service =
            makeChangeService(bench.options, {refusing, *bench.pipeline, bench.state, bench.exchanges, bench.audit,
                                              std::move(reader), bench.authorizer, bench.clock, bench.random});
        preview = bench.changes().plan(bench.request(ChangeKind::Fallback), bench.ada).value();
        refusing.setRefusing(true);
    }
    void TearDown() override { bench.service.reset(); } // before the directory that it was given

    Result<ChangeOutcome> execute() {
        return bench.changes().execute({preview.digest, RequestId("request-1"), ""}, bench.ada);
    }
    std::size_t outcomes() const { return bench.audit.ofKind(RecordKind::Outcome).size(); }

    ChangeBench bench;
    test::RefusingDirectory refusing{*bench.directory};
    PlanPreview preview;
};

TEST_F(RefusedDeployTest, isNeitherCalledUnchangedNorApplied) {
    const auto outcome = execute();
    ASSERT_FALSE(outcome.ok());
    EXPECT_EQ(outcome.error().code, ErrorCode::Unavailable) << "not a refusal: the generation is stored";
    EXPECT_NE(outcome.error().message.find("generation 2 of endpoint 'spam' is stored"), std::string::npos)
        << outcome.error().message;
    EXPECT_NE(outcome.error().message.find("the fake does not move"), std::string::npos);
    EXPECT_FALSE(outcome.error().remedy.empty());
    EXPECT_EQ(bench.state.generations(bench.name)->size(), 2u);
    EXPECT_EQ(bench.directory->inForce(bench.name)->number, GenerationNumber(1));
    EXPECT_EQ(outcomes(), 1u) << "only that of the first start";
    EXPECT_EQ(bench.audit.openIntents().size(), 1u) << "what becomes of it is not known yet";

    const auto again = execute();
    ASSERT_FALSE(again.ok());
    EXPECT_EQ(again.error().code, ErrorCode::Unavailable);
    EXPECT_EQ(again.error().message.find("nothing was changed"), std::string::npos) << again.error().message;
    EXPECT_NE(again.error().message.find("is stored"), std::string::npos) << again.error().message;
    EXPECT_EQ(again.error().remedy, outcome.error().remedy);
    EXPECT_EQ(outcomes(), 1u);
}

TEST_F(RefusedDeployTest, isInForceWhenItIsAskedForAgain) {
    ASSERT_FALSE(execute().ok());
    refusing.setRefusing(false);
    const auto again = execute();
    ASSERT_TRUE(again.ok()) << again.error().message;
    EXPECT_EQ(again->generation.number, GenerationNumber(2));
    EXPECT_EQ(bench.inForce().mode, Mode::Fallback);
    EXPECT_TRUE(bench.audit.openIntents().empty());
    EXPECT_EQ(outcomes(), 2u);
    EXPECT_EQ(bench.audit.ofKind(RecordKind::Outcome).back().record.result, "ok");
    EXPECT_EQ(bench.state.generations(bench.name)->size(), 2u);
    ASSERT_TRUE(bench.audit.waitFor(RecordKind::Effect, 1)) << "and it is proven";
    EXPECT_EQ(bench.audit.ofKind(RecordKind::Effect).front().record.ref, again->intent);
}

TEST_F(RefusedDeployTest, isInForceAfterARestart) {
    ASSERT_FALSE(execute().ok());
    bench.newService();
    ASSERT_TRUE(bench.changes().recover().ok());
    EXPECT_EQ(bench.inForce().mode, Mode::Fallback);
    EXPECT_TRUE(bench.audit.openIntents().empty());
    EXPECT_EQ(outcomes(), 2u);
    EXPECT_EQ(bench.audit.ofKind(RecordKind::Outcome).back().record.result, "ok");
}

} // namespace
} // namespace gnomon::control
