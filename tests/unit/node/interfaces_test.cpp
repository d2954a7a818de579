// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/await.h"
#include "tests/support/link_log.h"
#include "tests/support/secure_channel.h"
#include "tests/unit/node/node_bench.h"

#include <gnomon/v1/comparison.grpc.pb.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>
#include <inference/grpc_service.grpc.pb.h>

#include <future>

namespace gnomon {
namespace {

using namespace std::chrono_literals;

class InterfacesTest : public ::testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(m_node.bench.deployed.ok()) << m_node.bench.deployed.error().message;
        const Status opened = m_node.open();
        ASSERT_TRUE(opened.ok()) << opened.error().message;
    }
    std::shared_ptr<grpc::Channel> channelAs(const std::string& role, const std::string& address) {
        return test::secureChannel(m_node.connectAs(role, address));
    }
    // The answer of grpc.health.v1.Health/Check, on the wire: "\x08" and the status.
    std::string health(const std::shared_ptr<grpc::Channel>& channel, const std::string& service) {
        const std::string question =
            service.empty() ? "" : "\x0a" + std::string(1, static_cast<char>(service.size())) + service;
        const grpc::Slice slice(question);
        const grpc::ByteBuffer request(&slice, 1);
        grpc::ByteBuffer response;
        grpc::ClientContext context;
        context.set_deadline(std::chrono::system_clock::now() + 10s);
        grpc::GenericStub stub(channel);
        std::promise<grpc::Status> done;
        stub.UnaryCall(&context, "/grpc.health.v1.Health/Check", {}, &request, &response,
                       [&](grpc::Status status) { done.set_value(std::move(status)); });
        const grpc::Status status = done.get_future().get();
        if (!status.ok()) {
            return status.error_message();
        }
        grpc::Slice answer;
        response.TrySingleSlice(&answer);
        return std::string(reinterpret_cast<const char*>(answer.begin()), answer.size());
    }
    // One answered call, told to the monitor.
    void observeOne() {
        ASSERT_TRUE(m_node.caller()->infer(m_node.call()).ok());
        for (const Observation& observation : m_node.bench.observed()) {
            m_node.comparison->observe(observation);
        }
    }
    std::unique_ptr<v1::ComparisonService::Stub> controlAs(const std::string& role) {
        return v1::ComparisonService::NewStub(channelAs(role, m_node.interfaces->controlAddresses().at(0)));
    }
    template <class T, class Start>
    Result<T> ask(Start start) {
        return test::await<T>(start);
    }
    std::vector<StoredRecord> recordsOf(RecordKind kind, std::size_t least) {
        AuditFilter filter;
        filter.kind = kind;
        const auto until = std::chrono::steady_clock::now() + 10s;
        std::vector<StoredRecord> found;
        while (found.size() < least && std::chrono::steady_clock::now() < until) {
            m_node.denials->flush(true);
            found = m_node.audit->search(filter).value().records;
        }
        return found;
    }

    test::NodeBench m_node;
};

TEST_F(InterfacesTest, replySaysWhichVersionOfWhichGenerationAnswered) {
    const auto reply = m_node.caller()->infer(m_node.call());
    ASSERT_TRUE(reply.ok()) << reply.error().message;
    EXPECT_EQ(reply->version, "1");
    EXPECT_EQ(reply->servedBy, "production");
    EXPECT_EQ(reply->reason, "");
    EXPECT_EQ(reply->generation, "1");
    EXPECT_EQ(reply->exchange.size(), 32u);
}

TEST_F(InterfacesTest, substitutedReplySaysWhy) {
    m_node.bench.factory.inProcess(1).fail({ErrorCode::Internal, "broken"});
    const auto reply = m_node.caller()->infer(m_node.call());
    ASSERT_TRUE(reply.ok()) << reply.error().message;
    EXPECT_EQ(reply->servedBy, "constant");
    EXPECT_NE(reply->reason, "");
}

TEST_F(InterfacesTest, requestOutlivesItsCallWhileAShadowReadsIt) {
    std::promise<std::vector<Tensor>> seen;
    auto& shadow = m_node.bench.factory.worker(2);
    shadow.answer([&](const port::RunRequest& request) -> Result<port::RunResult> {
        seen.set_value(copyTensors(request.inputs));
        return Error{ErrorCode::Internal, "enough"};
    });
    shadow.hold();
    const auto caller = m_node.caller();
    const client::InferCall call = m_node.call(42.0F);
    ASSERT_TRUE(caller->infer(call).ok()) << "a shadow never delays the reply";
    ASSERT_TRUE(shadow.waitForHeld(1));
    shadow.release();
    EXPECT_EQ(seen.get_future().get(), copyTensors(call.inputs));
}

TEST_F(InterfacesTest, callersInferAndNothingElse) {
    const auto gateway = m_node.gatewayAs("caller/bank/app");
    const auto endpoints =
        ask<std::vector<EndpointSnapshot>>([&](auto done) { gateway->listEndpoints({}, std::move(done)); });
    EXPECT_EQ(endpoints.error().code, ErrorCode::PermissionDenied);
    const auto denied = recordsOf(RecordKind::Deny, 1);
    ASSERT_FALSE(denied.empty());
    EXPECT_EQ(denied[0].record.action, "gnomon.v1.DeploymentService/ListEndpoints");
    EXPECT_EQ(denied[0].record.permission, "view");
    EXPECT_EQ(denied[0].record.actor.identity, "spiffe://example/caller/bank/app");
    EXPECT_FALSE(denied[0].record.actor.certificate.isZero());
    EXPECT_EQ(denied[0].record.sourceAddress.rfind("127.0.0.1:", 0), 0u) << denied[0].record.sourceAddress;
}

TEST_F(InterfacesTest, aDeniedChangeSaysWhichAndOfWhat) {
    const auto gateway = m_node.gatewayAs("caller/bank/app");
    ChangeRequest change;
    change.kind = ChangeKind::Fallback;
    change.endpoint = m_node.bench.name;
    const auto plan = ask<PlanPreview>([&](auto done) { gateway->planChange(change, {}, std::move(done)); });
    EXPECT_EQ(plan.error().code, ErrorCode::PermissionDenied);
    const auto denied = recordsOf(RecordKind::Deny, 1);
    EXPECT_TRUE(std::any_of(denied.begin(), denied.end(), [](const StoredRecord& each) {
        return each.record.action == "fallback" && each.record.object == "endpoint/spam";
    }));
}

TEST_F(InterfacesTest, strangersDoNotGetPastTheHandshake) {
    const std::string address = m_node.interfaces->controlAddresses().at(0);
    const auto channel =
        grpc::CreateChannel(address, grpc::SslCredentials({readFile(m_node.pki.ca()).value(), "", ""}));
    EXPECT_NE(health(channel, ""), "\x08\x01");
}

TEST_F(InterfacesTest, nodeTellsWhatItIsAndHowItIsProtected) {
    const auto gateway = m_node.gatewayAs("console/ada/laptop");
    const auto node = ask<NodeInfo>([&](auto done) { gateway->getNode({}, std::move(done)); });
    ASSERT_TRUE(node.ok()) << node.error().message;
    ASSERT_EQ(node->listeners.size(), 2u);
    for (const Listener& listener : node->listeners) {
        EXPECT_TRUE(listener.encrypted);
        EXPECT_NE(listener.address, "127.0.0.1:0");
    }
    EXPECT_GT(node->stamp.serverTime, m_node.bench.clock.wallNow() - 1min);
    const auto who = ask<Principal>([&](auto done) { gateway->whoAmI({}, std::move(done)); });
    EXPECT_EQ(who.value().actor.person, "ada");
    EXPECT_TRUE(who->may(Permission::OperateRisky));
}

TEST_F(InterfacesTest, watcherHearsOfAChangeSoon) {
    const auto gateway = m_node.gatewayAs("console/ada/laptop");
    test::LinkLog log;
    gateway->open(log.events());
    const NodeUpdate first = log.awaitUpdate();
    EXPECT_EQ(first.alarms, std::vector<std::string>{"a drill"});
    ASSERT_EQ(first.endpoints.size(), 1u);
    const auto preview = ask<PlanPreview>(
        [&](auto done) { gateway->planChange(m_node.bench.request(ChangeKind::Fallback), {}, std::move(done)); });
    ASSERT_TRUE(preview.ok()) << preview.error().message;
    const auto outcome = ask<ChangeOutcome>([&](auto done) {
        gateway->executePlan({preview->digest, RequestId("r"), ""}, {}, std::move(done));
    });
    ASSERT_TRUE(outcome.ok()) << outcome.error().message;
    const auto start = std::chrono::steady_clock::now();
    while (log.awaitUpdate().endpoints[0].generation.number != outcome->generation.number) {
        ASSERT_LT(std::chrono::steady_clock::now() - start, 10s);
    }
    gateway->close();
}

TEST_F(InterfacesTest, readingTheTrailIsRecordedAndRecordsAreProvable) {
    const auto gateway = m_node.gatewayAs("console/ada/laptop");
    const auto page = ask<AuditPage>([&](auto done) { gateway->searchAudit({}, {}, std::move(done)); });
    ASSERT_TRUE(page.ok()) << page.error().message;
    ASSERT_EQ(page->records.size(), 1u);
    EXPECT_EQ(page->records[0].record.kind, RecordKind::View);
    EXPECT_EQ(page->records[0].record.actor.person, "ada");
    const auto until = std::chrono::steady_clock::now() + 10s;
    Result<ProvenRecord> proven = Error{};
    do {
        proven = ask<ProvenRecord>([&](auto done) { gateway->proveRecord(Seq(0), {}, std::move(done)); });
    } while (!proven.ok() && proven.error().code == ErrorCode::Unavailable && std::chrono::steady_clock::now() < until);
    ASSERT_TRUE(proven.ok()) << proven.error().message;
    EXPECT_TRUE(proven->record == page->records[0]);
    EXPECT_GE(proven->checkpoint.size, 1u);
}

TEST_F(InterfacesTest, declaringAnExperimentTwiceWithOneRequestIdIsDoneOnce) {
    observeOne();
    const auto gateway = m_node.gatewayAs("console/ada/laptop");
    const auto before =
        ask<Comparison>([&](auto done) { gateway->getComparison(m_node.bench.name, {}, std::move(done)); });
    ASSERT_TRUE(before.ok()) << before.error().message;
    const auto without =
        ask<Comparison>([&](auto done) { gateway->startExperiment(m_node.bench.name, "", {}, std::move(done)); });
    EXPECT_EQ(without.error().field, "reason");
    const auto fresh = ask<Comparison>(
        [&](auto done) { gateway->startExperiment(m_node.bench.name, "new data", {}, std::move(done)); });
    ASSERT_TRUE(fresh.ok()) << fresh.error().message;
    EXPECT_NE(fresh->experiment, before->experiment);
    const auto records = recordsOf(RecordKind::Config, 2); // newest first
    ASSERT_EQ(records.size(), 2u);
    EXPECT_EQ(records[1].record.result, "allowed");
    EXPECT_EQ(records[0].record.result, "ok");
    EXPECT_EQ(records[0].record.ref, records[1].record.seq);
}

TEST_F(InterfacesTest, aRequestIdSaysNothingAboutWhatOthersAskOrAboutSomethingElse) {
    observeOne();
    const auto ada = controlAs("console/ada/laptop");
    const auto bob = controlAs("console/bob/laptop");
    const auto start = [&](auto& stub) {
        v1::StartExperimentRequest request;
        request.set_endpoint("spam");
        request.set_reason("new data");
        request.set_request_id("r");
        v1::StartExperimentResponse response;
        grpc::ClientContext context;
        EXPECT_TRUE(stub->StartExperiment(&context, request, &response).ok());
        return response.comparison().experiment_id();
    };
    const auto stop = [&](auto& stub) {
        v1::StopExperimentRequest request;
        request.set_endpoint("spam");
        request.set_request_id("r");
        v1::StopExperimentResponse response;
        grpc::ClientContext context;
        const grpc::Status status = stub->StopExperiment(&context, request, &response);
        return std::pair(status, response.comparison());
    };
    const std::string first = start(ada);
    EXPECT_EQ(start(ada), first) << "the same wish";
    EXPECT_NE(start(bob), first) << "another person's";
    const auto [stopped, comparison] = stop(ada);
    EXPECT_TRUE(stopped.ok()) << stopped.error_message();
    EXPECT_TRUE(comparison.has_stopped()) << "another action";
    EXPECT_FALSE(stop(bob).first.ok());
    EXPECT_EQ(recordsOf(RecordKind::Config, 8).front().record.result, "failed");
}

TEST_F(InterfacesTest, readingWhatCallersSentIsRecorded) {
    observeOne();
    Observation observation = m_node.bench.observed().front();
    const auto gateway = m_node.gatewayAs("console/ada/laptop");
    for (int i = 0; i < 2; ++i) {
        const auto read = ask<port::ExchangeDetail>(
            [&](auto done) { gateway->getExchange(observation.exchange.id, {}, std::move(done)); });
        ASSERT_TRUE(read.ok()) << read.error().message;
        EXPECT_TRUE(read->payload) << read->withheld;
    }
    const auto views = recordsOf(RecordKind::View, 1);
    ASSERT_EQ(views.size(), 1u);
    EXPECT_EQ(views[0].record.action, "payload.read");
    EXPECT_EQ(views[0].record.object, "exchange/" + observation.exchange.id.value);
    EXPECT_EQ(views[0].record.permission, permissionName(Permission::ViewPayload));
    EXPECT_EQ(views[0].record.actor.person, "ada");
}

TEST_F(InterfacesTest, anExperimentEndsSoonAfterItsShadowWasStopped) {
    observeOne();
    ASSERT_FALSE(m_node.comparison->comparison(m_node.bench.name)->stopped);
    ASSERT_TRUE(m_node.bench.change(ChangeKind::ShadowStop).ok()); // and no mirrored request comes any more to say so
    const auto until = std::chrono::steady_clock::now() + 10s;
    while (!m_node.comparison->comparison(m_node.bench.name)->stopped && std::chrono::steady_clock::now() < until) {
        std::this_thread::yield();
    }
    EXPECT_TRUE(m_node.comparison->comparison(m_node.bench.name)->stopped);
}

TEST_F(InterfacesTest, healthFollowsWhatIsInForce) {
    const auto channel = channelAs("caller/bank/app", m_node.interfaces->inferenceAddresses().at(0));
    const auto becomes = [&](const std::string& status) {
        const auto until = std::chrono::steady_clock::now() + 10s;
        while (health(channel, "spam") != status && std::chrono::steady_clock::now() < until) {
            std::this_thread::yield();
        }
        return health(channel, "spam") == status;
    };
    EXPECT_EQ(health(channel, "spam"), "\x08\x01");
    ASSERT_TRUE(m_node.bench.change(ChangeKind::Disable).ok());
    EXPECT_TRUE(becomes("\x08\x02"));
    EXPECT_EQ(health(channel, ""), "\x08\x01") << "the node itself serves";
    ASSERT_TRUE(m_node.bench.change(ChangeKind::Enable).ok());
    EXPECT_TRUE(becomes("\x08\x01"));
}

TEST_F(InterfacesTest, callsThatAreNeverCarriedOutSayWhatToUseInstead) {
    const auto channel = channelAs("caller/bank/app", m_node.interfaces->inferenceAddresses().at(0));
    grpc::GenericStub stub(channel);
    const auto refusal = [&](const std::string& method) {
        grpc::ClientContext context;
        const grpc::Slice nothing("");
        const grpc::ByteBuffer request(&nothing, 1);
        grpc::ByteBuffer response;
        std::promise<grpc::Status> done;
        stub.UnaryCall(&context, "/inference.GRPCInferenceService/" + method, {}, &request, &response,
                       [&](grpc::Status status) { done.set_value(std::move(status)); });
        const grpc::Status status = done.get_future().get();
        EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED) << method;
        return status.error_message();
    };
    EXPECT_NE(refusal("RepositoryModelLoad").find("gnomonctl promote"), std::string::npos);
    EXPECT_NE(refusal("RepositoryModelUnload").find("gnomon.v1.DeploymentService"), std::string::npos);
    for (const char* method : {"SystemSharedMemoryStatus", "SystemSharedMemoryRegister", "SystemSharedMemoryUnregister",
                               "CudaSharedMemoryStatus", "CudaSharedMemoryRegister", "CudaSharedMemoryUnregister",
                               "TraceSetting", "LogSettings"}) {
        const std::string said = refusal(method);
        EXPECT_NE(said.find(method), std::string::npos) << said;
        EXPECT_NE(said.find("gnomon"), std::string::npos) << method << " names no command: " << said;
    }
}

TEST_F(InterfacesTest, healthIsServedPerEndpointToWhoeverIsAuthenticated) {
    const auto channel = channelAs("caller/bank/app", m_node.interfaces->inferenceAddresses().at(0));
    EXPECT_EQ(health(channel, ""), "\x08\x01");
    EXPECT_EQ(health(channel, "spam"), "\x08\x01");
    EXPECT_EQ(health(channel, "nothing").find('\x08'), std::string::npos);
}

TEST_F(InterfacesTest, drainAnswersWhatIsUnderWayAndTakesNothingNew) {
    const auto caller = m_node.caller();
    const std::string address = m_node.interfaces->inferenceAddresses().at(0);
    const auto channel = channelAs("caller/bank/app", address);
    ASSERT_EQ(health(channel, ""), "\x08\x01");
    auto& production = m_node.bench.factory.inProcess(1);
    production.hold(); // answered by substitution once the budget is used up
    std::promise<Result<client::InferReply>> answered;
    caller->infer(m_node.call(), [&](Result<client::InferReply> reply) { answered.set_value(std::move(reply)); });
    ASSERT_TRUE(production.waitForHeld(1));
    m_node.interfaces->drain(10s);
    const auto reply = answered.get_future().get();
    ASSERT_TRUE(reply.ok()) << reply.error().message;
    EXPECT_EQ(reply->servedBy, "constant");
    const auto late = m_node.caller()->infer(m_node.call());
    EXPECT_EQ(late.error().code, ErrorCode::Unavailable);
    production.release();
}

// Like the fixed rule, but that nobody has that permission.
class Without final : public port::Authorizer {
public:
    explicit Without(Permission permission) : m_taken(permission) {}
    Result<Principal> identify(const PeerIdentity& peer) const override {
        GNOMON_ASSIGN(Principal principal, m_fixed.identify(peer));
        principal.permissions &= ~(1u << static_cast<unsigned>(m_taken));
        return principal;
    }
    Status authorize(const Principal& principal, Permission permission) const override {
        return m_fixed.authorize(principal, permission);
    }

private:
    const Permission m_taken;
    const access::FixedAuthorizer m_fixed{{"example", false}};
};

TEST(Interfaces, beingDeniedAPayloadIsRecorded) {
    test::NodeBench node;
    const Without nobodyReads(Permission::ViewPayload);
    node.authorizer = &nobodyReads;
    ASSERT_TRUE(node.open().ok());
    ASSERT_TRUE(node.caller()->infer(node.call()).ok());
    const ExchangeId id = node.bench.observed().front().exchange.id;
    const auto gateway = node.gatewayAs("console/ada/laptop");
    const auto read =
        test::await<port::ExchangeDetail>([&](auto done) { gateway->getExchange(id, {}, std::move(done)); });
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_FALSE(read->payload);
    EXPECT_NE(read->withheld, "");
    node.denials->flush(true);
    AuditFilter filter;
    filter.kind = RecordKind::Deny;
    const auto until = std::chrono::steady_clock::now() + 10s;
    std::vector<StoredRecord> denied;
    while (denied.empty() && std::chrono::steady_clock::now() < until) {
        denied = node.audit->search(filter).value().records;
    }
    ASSERT_EQ(denied.size(), 1u);
    EXPECT_EQ(denied[0].record.object, "exchange/" + id.value);
    EXPECT_EQ(denied[0].record.actor.person, "ada");
}

TEST(Interfaces, riskyChangesNeedTheRiskyPermissionAndSafeOnesDoNot) {
    test::NodeBench node;
    const Without safeOnly(Permission::OperateRisky);
    node.authorizer = &safeOnly;
    ASSERT_TRUE(node.open().ok());
    const auto gateway = node.gatewayAs("console/ada/laptop");
    const auto plan = [&](const ChangeRequest& request) {
        return test::await<PlanPreview>([&](auto done) { gateway->planChange(request, {}, std::move(done)); });
    };
    EXPECT_TRUE(plan(node.bench.request(ChangeKind::Fallback)).ok());
    EXPECT_EQ(plan(node.bench.request(ChangeKind::ShadowStart, 3)).error().code, ErrorCode::PermissionDenied);
}

TEST(Interfaces, identitiesOfOtherTrustDomainsAreTurnedAway) {
    test::NodeBench node;
    const access::FixedAuthorizer elsewhere({"elsewhere", false});
    node.authorizer = &elsewhere;
    ASSERT_TRUE(node.open().ok());
    const auto gateway = node.gatewayAs("console/ada/laptop");
    const auto info = test::await<NodeInfo>([&](auto done) { gateway->getNode({}, std::move(done)); });
    ASSERT_FALSE(info.ok());
    EXPECT_TRUE(info.error().code == ErrorCode::Unauthenticated || info.error().code == ErrorCode::PermissionDenied);
}

TEST(Interfaces, certificateFilesThatDoNotFitAreRefusedAtOnce) {
    test::NodeBench node;
    node.config.key = node.pki.issue("worker/b").key;
    EXPECT_EQ(node.open().error().code, ErrorCode::Corrupt);
    const test::CertificateFiles worker = node.pki.issue("worker/c", {"localhost"});
    node.config.certificate = worker.certificate;
    node.config.key = worker.key;
    const Status notANode = node.open();
    EXPECT_EQ(notANode.error().code, ErrorCode::FailedPrecondition);
    EXPECT_NE(notANode.error().message.find("is for spiffe://example/worker/c"), std::string::npos)
        << notANode.error().message;
    node.config.key = "/nonexistent.key";
    EXPECT_FALSE(node.open().ok());
}

TEST(Interfaces, plaintextIsShownAsUnprotected) {
    test::NodeBench node;
    const access::FixedAuthorizer anybody({"", true});
    node.authorizer = &anybody;
    node.config.allowPlaintext = true;
    ASSERT_TRUE(node.open().ok());
    client::GatewayOptions options;
    options.connect.address = node.interfaces->controlAddresses().at(0);
    options.connect.plaintext = true;
    const auto gateway = client::makeGrpcGateway(options, node.bench.clock, node.bench.random);
    const auto info = test::await<NodeInfo>([&](auto done) { gateway->getNode({}, std::move(done)); });
    ASSERT_TRUE(info.ok()) << info.error().message;
    EXPECT_FALSE(info->listeners.at(0).encrypted || info->listeners.at(1).encrypted);
}

} // namespace
} // namespace gnomon
