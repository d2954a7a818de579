// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/client/grpc_gateway.h"
#include "backend/client/call_set.h"
#include "backend/client/connection.h"
#include "backend/client/export_call.h"
#include "backend/client/link.h"
#include "backend/client/unary_call.h"
#include "backend/proof/plan_codec.h"
#include "backend/wire/access.h"
#include "backend/wire/audit.h"
#include "backend/wire/change.h"
#include "backend/wire/comparison.h"
#include "backend/wire/deployment.h"
#include "backend/wire/exchange.h"
#include "backend/wire/node.h"

#include <gnomon/v1/access.grpc.pb.h>
#include <gnomon/v1/audit.grpc.pb.h>
#include <gnomon/v1/comparison.grpc.pb.h>
#include <gnomon/v1/deployment.grpc.pb.h>
#include <gnomon/v1/node.grpc.pb.h>

namespace gnomon::client {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostListed = 100'000;
constexpr std::chrono::milliseconds kLongestEffectWait = 60s;

// What was previewed is what its digest names; else approving or executing the digest would do something else.
Result<PlanPreview> readPreview(const v1::PlanChangeResponse& response) {
    GNOMON_ASSIGN(PlanPreview preview, wire::fromProto(response.preview()));
    GNOMON_ASSIGN(const PlanDigest digest, proof::planDigest(preview.plan));
    if (digest != preview.digest) {
        return Error{ErrorCode::Corrupt, "digest is not the one of the plan that was shown"};
    }
    return preview;
}

class GrpcGateway final : public port::NodeGateway {
public:
    GrpcGateway(GatewayOptions options, const Clock& clock, Random& random)
        : m_options(std::move(options)), m_clock(clock), m_random(random), m_connection(m_options.connect, clock) {}
    ~GrpcGateway() override { close(); }

    void open(port::WatchEvents events) override {
        const MutexLock lock(m_mutex);
        m_link = std::make_unique<Link>(m_options, m_connection, m_clock, m_random, std::move(events));
    }
    void retryNow() override {
        const MutexLock lock(m_mutex);
        if (m_link) {
            m_link->retryNow();
        }
    }
    void close() override {
        std::unique_ptr<Link> link;
        {
            const MutexLock lock(m_mutex);
            link = std::move(m_link);
        }
        link.reset();
        m_calls.end();
    }

    void getNode(std::stop_token stop, port::Done<NodeInfo> done) override {
        unary<v1::NodeService, v1::GetNodeResponse>(
            v1::GetNodeRequest(), m_options.callDeadline, stop, std::move(done),
            [](auto* stub, auto... call) { stub->GetNode(call...); },
            [](const auto& response) { return wire::fromProto(response); });
    }

    void whoAmI(std::stop_token stop, port::Done<Principal> done) override {
        unary<v1::AccessService, v1::WhoAmIResponse>(
            v1::WhoAmIRequest(), m_options.callDeadline, stop, std::move(done),
            [](auto* stub, auto... call) { stub->WhoAmI(call...); },
            [](const auto& response) { return wire::fromProto(response.principal()); });
    }

    void listEndpoints(std::stop_token stop, port::Done<std::vector<EndpointSnapshot>> done) override {
        pages<v1::DeploymentService, v1::ListEndpointsResponse>(
            v1::ListEndpointsRequest(), stop, std::move(done), std::vector<EndpointSnapshot>(),
            [](auto* stub, auto... call) { stub->ListEndpoints(call...); },
            [](const auto& response) -> const auto& { return response.endpoints(); });
    }

    void listGenerations(const EndpointName& endpoint, std::stop_token stop,
                         port::Done<std::vector<Generation>> done) override {
        v1::ListGenerationsRequest request;
        request.set_endpoint(endpoint.value);
        request.set_page_size(1000);
        pages<v1::DeploymentService, v1::ListGenerationsResponse>(
            std::move(request), stop, std::move(done), std::vector<Generation>(),
            [](auto* stub, auto... call) { stub->ListGenerations(call...); },
            [](const auto& response) -> const auto& { return response.generations(); });
    }

    void planChange(const ChangeRequest& request, std::stop_token stop, port::Done<PlanPreview> done) override {
        v1::PlanChangeRequest message;
        *message.mutable_change() = wire::toProto(request);
        unary<v1::DeploymentService, v1::PlanChangeResponse>(
            std::move(message), m_options.changeDeadline, stop, std::move(done),
            [](auto* stub, auto... call) { stub->PlanChange(call...); }, readPreview);
    }

    void executePlan(const ExecuteRequest& request, std::stop_token stop, port::Done<ChangeOutcome> done) override {
        unary<v1::DeploymentService, v1::ExecutePlanResponse>(
            wire::toProto(request), m_options.changeDeadline, stop, std::move(done),
            [](auto* stub, auto... call) { stub->ExecutePlan(call...); },
            [](const auto& response) { return wire::fromProto(response.outcome()); });
    }

    void watchEffect(const EndpointName& endpoint, GenerationNumber generation, std::chrono::milliseconds wait,
                     std::stop_token stop, port::Done<EffectProof> done) override {
        wait = std::clamp(wait, 0ms, kLongestEffectWait);
        unary<v1::DeploymentService, v1::WatchEffectResponse>(
            wire::toProto(wire::EffectQuery{endpoint, generation, wait}), wait + m_options.callDeadline, stop,
            std::move(done), [](auto* stub, auto... call) { stub->WatchEffect(call...); },
            [](const auto& response) { return wire::fromProto(response.proof()); });
    }

    void getComparison(const EndpointName& endpoint, std::stop_token stop, port::Done<Comparison> done) override {
        v1::GetComparisonRequest request;
        request.set_endpoint(endpoint.value);
        unary<v1::ComparisonService, v1::GetComparisonResponse>(
            std::move(request), m_options.callDeadline, stop, std::move(done),
            [](auto* stub, auto... call) { stub->GetComparison(call...); },
            [](const auto& response) { return wire::fromProto(response.comparison()); });
    }

    void startExperiment(const EndpointName& endpoint, const std::string& reason, std::stop_token stop,
                         port::Done<Comparison> done) override {
        v1::StartExperimentRequest request;
        request.set_endpoint(endpoint.value);
        request.set_reason(reason);
        request.set_request_id(m_random.id());
        unary<v1::ComparisonService, v1::StartExperimentResponse>(
            std::move(request), m_options.callDeadline, stop, std::move(done),
            [](auto* stub, auto... call) { stub->StartExperiment(call...); },
            [](const auto& response) { return wire::fromProto(response.comparison()); });
    }

    void listExchanges(const ExchangeFilter& filter, std::stop_token stop, port::Done<ExchangePage> done) override {
        unary<v1::ComparisonService, v1::ListExchangesResponse>(
            wire::toProto(filter), m_options.callDeadline, stop, std::move(done),
            [](auto* stub, auto... call) { stub->ListExchanges(call...); },
            [](const auto& response) { return wire::fromProto(response); });
    }

    void getExchange(const ExchangeId& id, std::stop_token stop, port::Done<port::ExchangeDetail> done) override {
        v1::GetExchangeRequest request;
        request.set_id(id.value);
        unary<v1::ComparisonService, v1::GetExchangeResponse>(
            std::move(request), m_options.callDeadline, stop, std::move(done),
            [](auto* stub, auto... call) { stub->GetExchange(call...); },
            [](const auto& response) { return wire::fromProto(response); });
    }

    void searchAudit(const AuditFilter& filter, std::stop_token stop, port::Done<AuditPage> done) override {
        unary<v1::AuditService, v1::SearchRecordsResponse>(
            wire::toProto(filter), m_options.callDeadline, stop, std::move(done),
            [](auto* stub, auto... call) { stub->SearchRecords(call...); },
            [](const auto& response) { return wire::fromProto(response); });
    }

    void proveRecord(Seq seq, std::stop_token stop, port::ProvenDone done) override {
        v1::ProveInclusionRequest request;
        request.set_seq(seq.value);
        unary<v1::AuditService, v1::ProveInclusionResponse>(
            std::move(request), m_options.callDeadline, stop, std::move(done),
            [](auto* stub, auto... call) { stub->ProveInclusion(call...); },
            [](const auto& response) { return wire::fromProto(response); });
    }

    void getCheckpoint(std::stop_token stop, port::Done<Checkpoint> done) override {
        unary<v1::AuditService, v1::GetCheckpointResponse>(
            v1::GetCheckpointRequest(), m_options.callDeadline, stop, std::move(done),
            [](auto* stub, auto... call) { stub->GetCheckpoint(call...); },
            [](const auto& response) { return wire::fromProto(response.checkpoint()); });
    }

    void proveConsistency(std::uint64_t oldSize, std::uint64_t newSize, std::stop_token stop,
                          port::Done<ConsistencyProof> done) override {
        v1::ProveConsistencyRequest request;
        request.set_old_size(oldSize);
        request.set_new_size(newSize);
        unary<v1::AuditService, v1::ProveConsistencyResponse>(
            std::move(request), m_options.callDeadline, stop, std::move(done),
            [](auto* stub, auto... call) { stub->ProveConsistency(call...); },
            [](const auto& response) { return wire::fromProto(response.proof()); });
    }

    void exportAudit(std::stop_token stop, port::ExportEvents events) override {
        startExport(m_calls, m_connection, m_options.exportDeadline, stop, std::move(events));
    }

private:
    template <class Service, class Response, class Request, class T, class Start, class Decode>
    void unary(Request request, std::chrono::milliseconds deadline, std::stop_token stop, port::Done<T> done,
               Start start, Decode decode) {
        startUnary<Service, Response>(m_calls, m_connection, std::move(request), deadline, std::move(stop),
                                      std::move(done), start, decode);
    }

    // Asks for page after page and gives all of their items at once.
    template <class Service, class Response, class Request, class T, class Start, class Items>
    void pages(Request request, std::stop_token stop, port::Done<std::vector<T>> done, std::vector<T> sofar,
               Start start, Items items) {
        using Page = std::pair<std::vector<T>, std::string>;
        Request copy = request;
        unary<Service, Response, Request, Page>(
            std::move(request), m_options.callDeadline, stop,
            [this, request = std::move(copy), stop, done = std::move(done), sofar = std::move(sofar), start,
             items](Result<Page> page) mutable {
                if (!page.ok()) {
                    return done(std::move(page).error());
                }
                sofar.insert(sofar.end(), std::make_move_iterator(page->first.begin()),
                             std::make_move_iterator(page->first.end()));
                if (page->second.empty()) {
                    return done(std::move(sofar));
                }
                if (page->first.empty() || sofar.size() > kMostListed) {
                    return done(Error{ErrorCode::Corrupt, m_options.connect.address + " lists without end"});
                }
                request.set_page_token(page->second);
                pages<Service, Response>(std::move(request), stop, std::move(done), std::move(sofar), start, items);
            },
            start,
            [items](const Response& response) -> Result<Page> {
                Page page;
                for (const auto& item : items(response)) {
                    GNOMON_ASSIGN(T value, wire::fromProto(item));
                    page.first.push_back(std::move(value));
                }
                page.second = response.next_page_token();
                return page;
            });
    }

    const GatewayOptions m_options;
    const Clock& m_clock;
    Random& m_random;
    Connection m_connection;
    CallSet m_calls;
    Mutex m_mutex;
    std::unique_ptr<Link> m_link GUARDED_BY(m_mutex);
};

} // namespace

std::unique_ptr<port::NodeGateway> makeGrpcGateway(GatewayOptions options, const Clock& clock, Random& random) {
    return std::make_unique<GrpcGateway>(std::move(options), clock, random);
}

} // namespace gnomon::client
