// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/console/stand_in.h"

#include "backend/base/mutex.h" // before gRPC, which has macros of the same names

#include "backend/access/revocations.h"
#include "backend/merkle/hash.h"
#include "backend/node/server.h"
#include "backend/node/server_credentials.h"
#include "backend/node/watch_hub.h"
#include "backend/proof/checkpoint.h"
#include "backend/proof/signing_key.h"
#include "backend/wire/access.h"
#include "backend/wire/audit.h"
#include "backend/wire/comparison.h"
#include "backend/wire/deployment.h"
#include "backend/wire/node.h"
#include "tests/support/fake_node_data.h"
#include "tests/support/temp_folder.h"

#include <gnomon/v1/access.grpc.pb.h>
#include <gnomon/v1/audit.grpc.pb.h>
#include <gnomon/v1/comparison.grpc.pb.h>
#include <gnomon/v1/deployment.grpc.pb.h>
#include <gnomon/v1/node.grpc.pb.h>

namespace gnomon::bench {

namespace {

grpc::ServerUnaryReactor* answered(grpc::CallbackServerContext* context) {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
}

proof::SigningKey keyOf(const std::string& origin, unsigned number) {
    Bytes seed(32, 7);
    seed[0] = static_cast<std::uint8_t>(number);
    return proof::SigningKey::fromSeed(origin, seed).value();
}

} // namespace

struct StandInNode::State final : v1::NodeService::CallbackService,
                                  v1::AccessService::CallbackService,
                                  v1::DeploymentService::CallbackService,
                                  v1::ComparisonService::CallbackService,
                                  v1::AuditService::CallbackService {
    State(unsigned number, unsigned endpoints) {
        const std::string name = "node-" + std::to_string(number);
        const std::string origin = "gnomon.example/bench/" + name + "/audit";
        const proof::SigningKey key = keyOf(origin, number);
        head = proof::signCheckpoint(origin, 1, merkle::leafHash(asBytes(name)), key.verifierKey(),
                                     [&](ByteView message) -> Result<Bytes> { return key.sign(message); })
                   .value();
        info.stamp = {NodeId(test::fakeId(name)), BootId(test::fakeId(name + " boot")), clock.wallNow()};
        info.name = name;
        info.fleet = "bench";
        info.environment = "test";
        info.softwareVersion = "0.1.0";
        info.auditOrigin = origin;
        info.auditVerifierKey = key.verifierKey().text();
        info.started = clock.wallNow();
        for (unsigned i = 0; i < endpoints; ++i) {
            EndpointSettings settings;
            settings.name = EndpointName("endpoint-" + std::to_string(number) + "-" + std::to_string(i));
            settings.owner = "team-" + std::to_string(i % 7);
            settings.decision = {"probabilities", 1, 0.5, "yes", "no", {}};
            const test::FakeExperiment experiment{10'000u + 1'000u * i,
                                                  i % 9 == 0 ? 0.04 : 0.002,
                                                  0.5,
                                                  1.1,
                                                  0.01,
                                                  i % 9 == 0 ? Verdict::Different : Verdict::Equivalent,
                                                  i};
            served.push_back(test::fakeEndpoint(settings, experiment, 40 + i, clock.wallNow()));
            served.back().exchanges.clear();
            all.push_back(served.back().snapshot);
        }
        hub = std::make_unique<node::WatchHub>([this] { return observe(); });
    }

    // From the hub's thread alone.
    NodeUpdate observe() {
        std::uniform_real_distribution<double> share(0.9, 1.1);
        for (EndpointSnapshot& endpoint : all) {
            endpoint.requestsPerSecond = std::max(1.0, endpoint.requestsPerSecond * share(random));
            endpoint.requests += static_cast<std::uint64_t>(endpoint.requestsPerSecond);
            endpoint.p50Seconds = 0.0004 * share(random);
            endpoint.p99Seconds = 0.0016 * share(random);
            endpoint.comparison->agreeing += 40;
            endpoint.comparison->coverage.matched += 40;
            endpoint.comparison->asOf = clock.wallNow();
        }
        return {{info.stamp.id, info.stamp.boot, clock.wallNow()}, all, head, false, {}};
    }

    grpc::ServerUnaryReactor* GetNode(grpc::CallbackServerContext* context, const v1::GetNodeRequest*,
                                      v1::GetNodeResponse* response) override {
        NodeInfo now = info;
        now.stamp.serverTime = clock.wallNow();
        *response = wire::toProto(now);
        return answered(context);
    }
    grpc::ServerWriteReactor<v1::WatchResponse>* Watch(grpc::CallbackServerContext*, const v1::WatchRequest*) override {
        return hub->watch();
    }
    grpc::ServerUnaryReactor* WhoAmI(grpc::CallbackServerContext* context, const v1::WhoAmIRequest*,
                                     v1::WhoAmIResponse* response) override {
        Principal who;
        who.actor = test::fakeActor("ada");
        who.role = "console";
        *response->mutable_principal() = wire::toProto(who);
        return answered(context);
    }
    grpc::ServerUnaryReactor* GetCheckpoint(grpc::CallbackServerContext* context, const v1::GetCheckpointRequest*,
                                            v1::GetCheckpointResponse* response) override {
        *response->mutable_checkpoint() = wire::toProto(head);
        return answered(context);
    }

    const test::FakeEndpoint& find(const std::string& name) const {
        return *std::find_if(served.begin(), served.end(),
                             [&](const auto& one) { return one.snapshot.settings.name.value == name; });
    }
    grpc::ServerUnaryReactor* ListGenerations(grpc::CallbackServerContext* context,
                                              const v1::ListGenerationsRequest* request,
                                              v1::ListGenerationsResponse* response) override {
        for (const Generation& generation : find(request->endpoint()).history) {
            *response->add_generations() = wire::toProto(generation);
        }
        return answered(context);
    }
    grpc::ServerUnaryReactor* GetComparison(grpc::CallbackServerContext* context,
                                            const v1::GetComparisonRequest* request,
                                            v1::GetComparisonResponse* response) override {
        *response->mutable_comparison() = wire::toProto(*find(request->endpoint()).comparison);
        return answered(context);
    }

    SystemClock clock;
    std::minstd_rand random{1};
    NodeInfo info;
    Checkpoint head;
    std::vector<test::FakeEndpoint> served;
    std::vector<EndpointSnapshot> all;   // of these, now; the hub's
    std::unique_ptr<node::WatchHub> hub; // its thread uses what is above
    test::TempFolder folder;
    access::Revocations revocations;
    std::unique_ptr<node::MutualTls> tls;
    std::unique_ptr<node::Server> server;
};

StandInNode::StandInNode(std::unique_ptr<State> state) : m_state(std::move(state)) {}

StandInNode::~StandInNode() {
    m_state->hub->close();
    m_state->server->drain(std::chrono::system_clock::now());
}

std::unique_ptr<StandInNode> StandInNode::open(unsigned number, unsigned endpoints, test::TestPki& pki) {
    auto state = std::make_unique<State>(number, endpoints);
    const test::CertificateFiles files = pki.issue("node/" + state->info.name, {"localhost", "127.0.0.1"});
    node::ServerOptions options;
    options.addresses = {"127.0.0.1:0"};
    state->tls = node::MutualTls::open({pki.ca(), files.certificate, files.key, pki.trustDomain()},
                                       state->folder.path() / "tls", state->revocations)
                     .value();
    options.credentials = state->tls->credentials();
    v1::NodeService::CallbackService& nodes = *state;
    v1::AccessService::CallbackService& access = *state;
    v1::AuditService::CallbackService& audit = *state;
    v1::DeploymentService::CallbackService& deployments = *state;
    v1::ComparisonService::CallbackService& comparisons = *state;
    state->server =
        node::Server::open(std::move(options), {&nodes, &access, &audit, &deployments, &comparisons}).value();
    state->server->serve();
    return std::unique_ptr<StandInNode>(new StandInNode(std::move(state)));
}

const std::string& StandInNode::name() const {
    return m_state->info.name;
}

std::string StandInNode::address() const {
    return m_state->server->addresses().front();
}

} // namespace gnomon::bench
