// SPDX-License-Identifier: GPL-3.0-or-later
// Changes on the real audit log and state store, across restarts.
#include "backend/audit/audit_log.h"
#include "backend/audit/file_signer.h"
#include "backend/store/state_store.h"
#include "tests/support/change_bench.h"

#include <gtest/gtest.h>

namespace gnomon::control {
namespace {

// One life of a node; the folder outlives it.
class Life {
public:
    Life(const test::TempFolder& folder, const test::ModelFolder& models) {
        signer = audit::FileSigner::open(folder / "audit.key", "example/node/audit", random).value();
        log = audit::AuditLog::open({folder.path(), "example/node/audit", "boot", "test"}, clock, random, *signer)
                  .value();
        state = store::openStateStore(folder / "state.db").value();
        directory =
            serving::makeEndpointDirectory({models.path(), 1 << 20, 1 << 20, {}, {}}, factory, *state, clock).value();
        pipeline = serving::makePipeline({}, {*directory, nullptr, scorer, {&exchanges}, *log, clock, random});
        AuditReader reader{[this] { return log->openIntents(); },
                           [this](const AuditFilter& filter) { return log->search(filter); }};
        ChangeServiceOptions options;
        options.probeAfter = std::chrono::milliseconds(10);
        service = makeChangeService(
            options, {*directory, *pipeline, *state, exchanges, *log, reader, authorizer, clock, random});
        ada = authorizer.identify({"spiffe://example/console/ada/laptop", "mtls", {}, "", ""}).value();
    }
    Result<ChangeOutcome> change(ChangeKind kind, const std::string& requestId, PlanDigest* digest = nullptr) {
        ChangeRequest request;
        request.kind = kind;
        request.endpoint = EndpointName("spam");
        request.reason = "a drill";
        GNOMON_ASSIGN(const PlanPreview preview, service->plan(request, ada));
        if (digest != nullptr) {
            *digest = preview.digest;
        }
        return service->execute({preview.digest, RequestId(requestId), ""}, ada);
    }
    Generation inForce() { return directory->inForce(EndpointName("spam")).value(); }

    SystemClock clock;
    SystemRandom random;
    port::NoScorer scorer;
    test::FakeRunnerFactory factory;
    test::MemoryExchangeStore exchanges;
    access::FixedAuthorizer authorizer{{"example", false}};
    Principal ada;
    std::unique_ptr<audit::FileSigner> signer;
    std::unique_ptr<audit::AuditLog> log;
    std::unique_ptr<port::StateStore> state;
    std::unique_ptr<serving::LiveDirectory> directory;
    std::unique_ptr<serving::LivePipeline> pipeline;
    std::unique_ptr<ChangeService> service;
};

class DurableTest : public testing::Test {
protected:
    DurableTest() {
        models.endpoint("spam", 2, test::ServingBench::settings("production = 1\nchain = [\"v2\", \"constant\"]"));
    }
    test::TempFolder folder;
    test::ModelFolder models;
};

TEST_F(DurableTest, changesRecordsAndAnswersSurviveARestart) {
    PlanDigest digest;
    ChangeOutcome first;
    {
        Life life(folder, models);
        ASSERT_TRUE(life.service->recover().ok());
        const auto outcome = life.change(ChangeKind::Fallback, "request-1", &digest);
        ASSERT_TRUE(outcome.ok()) << outcome.error().message;
        first = *outcome;
        EXPECT_TRUE(
            life.service->awaitEffect(EndpointName("spam"), GenerationNumber(2), std::chrono::seconds(20)).ok());
    }
    Life life(folder, models);
    const Status recovered = life.service->recover();
    ASSERT_TRUE(recovered.ok()) << recovered.error().message;
    EXPECT_EQ(life.inForce(), first.generation);
    const auto again = life.service->execute({digest, RequestId("request-1"), ""}, life.ada);
    ASSERT_TRUE(again.ok()) << again.error().message;
    EXPECT_EQ(*again, first);
    ASSERT_TRUE(life.change(ChangeKind::Restore, "request-2").ok());
    EXPECT_TRUE(life.log->openIntents()->empty());
    EXPECT_EQ(life.factory.created().size(), 2u) << "proven versions need no second trial";
}

TEST_F(DurableTest, aNodeStartsWithoutItsSearchIndexAndStillKnowsWhatItAnswered) {
    PlanDigest digest;
    ChangeOutcome first;
    {
        Life life(folder, models);
        ASSERT_TRUE(life.service->recover().ok());
        first = life.change(ChangeKind::Fallback, "request-1", &digest).value();
    }
    const std::filesystem::path index = folder / "audit_index.db";
    ASSERT_TRUE(std::filesystem::remove(index));
    ASSERT_TRUE(std::filesystem::create_directory(index)); // so that it cannot be made again either
    Life life(folder, models);
    const Status recovered = life.service->recover();
    ASSERT_TRUE(recovered.ok()) << recovered.error().message;
    const auto again = life.service->execute({digest, RequestId("request-1"), ""}, life.ada);
    ASSERT_TRUE(again.ok()) << again.error().message;
    EXPECT_EQ(*again, first);
}

TEST_F(DurableTest, aNodeThatDiedBetweenStateAndOutcomeRecordsTheEffectOnce) {
    const EndpointName spam("spam");
    Seq intent;
    {
        Life life(folder, models);
        ASSERT_TRUE(life.service->recover().ok());
        AuditRecord record;
        record.kind = RecordKind::Intent;
        record.actor = life.ada.actor;
        record.action = "fallback";
        record.object = "endpoint/spam";
        record.change = sha256(asBytes("plan"));
        record.result = "allowed";
        intent = life.log->append(record)->seq;
        Generation made = life.inForce();
        made.number = GenerationNumber(2);
        made.deployment.mode = Mode::Fallback;
        made.kind = ChangeKind::Fallback;
        made.intent = intent;
        ASSERT_TRUE(life.state->append(made).ok());
    }
    for (const bool first : {true, false}) {
        Life life(folder, models);
        ASSERT_TRUE(life.service->recover().ok());
        const auto proof = life.service->awaitEffect(spam, GenerationNumber(2), std::chrono::seconds(20));
        ASSERT_TRUE(proof.ok()) << proof.error().message;
        EXPECT_EQ(proof->record.has_value(), first);
        std::vector<StoredRecord> effects = life.log->search({})->records;
        std::erase_if(effects, [](const auto& stored) { return stored.record.kind != RecordKind::Effect; });
        ASSERT_EQ(effects.size(), 1u);
        EXPECT_EQ(effects.front().record.ref, intent);
        EXPECT_EQ(effects.front().record.change, sha256(asBytes("plan")));
    }
}

TEST_F(DurableTest, aNodeThatDiedBetweenIntentAndStateComesBackUnchanged) {
    {
        Life life(folder, models);
        ASSERT_TRUE(life.service->recover().ok());
        AuditRecord intent;
        intent.kind = RecordKind::Intent;
        intent.actor = life.ada.actor;
        intent.action = "fallback";
        intent.object = "endpoint/spam";
        intent.result = "allowed";
        ASSERT_TRUE(life.log->append(intent).ok());
    }
    Life life(folder, models);
    EXPECT_EQ(life.log->openIntents()->size(), 1u);
    ASSERT_TRUE(life.service->recover().ok());
    EXPECT_TRUE(life.log->openIntents()->empty());
    EXPECT_EQ(life.inForce().number, GenerationNumber(1));
}

} // namespace
} // namespace gnomon::control
