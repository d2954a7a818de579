// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/fake_node.h"

namespace gnomon::test {

// One connection to a FakeNode. After close() no callback comes any more.
class FakeGateway final : public port::NodeGateway {
public:
    explicit FakeGateway(std::shared_ptr<FakeNode> node) : m_node(std::move(node)) {}
    ~FakeGateway() override { close(); }

    void open(port::WatchEvents events) override {
        m_watcher = m_node->watch({guard(std::move(events.linkChanged)), guard(std::move(events.updated))});
    }
    void retryNow() override { m_node->goLive(); }
    void close() override {
        {
            const MutexLock lock(m_gate->mutex);
            m_gate->open = false;
        }
        m_node->unwatch(m_watcher);
    }

    void getNode(std::stop_token, port::Done<NodeInfo> done) override {
        answer<NodeInfo>(std::move(done), [this]() -> Result<NodeInfo> { return m_node->info(); });
    }
    void whoAmI(std::stop_token, port::Done<Principal> done) override {
        answer<Principal>(std::move(done), [this]() -> Result<Principal> {
            if (m_node->principal) {
                return m_node->principal();
            }
            Principal principal;
            principal.actor = fakeActor("ada");
            principal.role = "console";
            principal.permissions = 0x7e;
            return principal;
        });
    }
    void listEndpoints(std::stop_token, port::Done<std::vector<EndpointSnapshot>> done) override {
        answer<std::vector<EndpointSnapshot>>(std::move(done), [this] { return Result(m_node->snapshots()); });
    }
    void listGenerations(const EndpointName& endpoint, std::stop_token,
                         port::Done<std::vector<Generation>> done) override {
        answer<std::vector<Generation>>(std::move(done), [&]() -> Result<std::vector<Generation>> {
            GNOMON_ASSIGN(const FakeEndpoint* found, m_node->find(endpoint));
            return found->history;
        });
    }
    void planChange(const ChangeRequest& request, std::stop_token, port::Done<PlanPreview> done) override {
        answer<PlanPreview>(std::move(done), [&] { return m_node->plan(request); });
    }
    void executePlan(const ExecuteRequest& request, std::stop_token, port::Done<ChangeOutcome> done) override {
        answer<ChangeOutcome>(std::move(done), [&] { return m_node->execute(request); });
    }
    void watchEffect(const EndpointName& endpoint, GenerationNumber generation, std::chrono::milliseconds,
                     std::stop_token, port::Done<EffectProof> done) override {
        answer<EffectProof>(std::move(done), [&] { return m_node->effect(endpoint, generation); });
    }
    void getComparison(const EndpointName& endpoint, std::stop_token, port::Done<Comparison> done) override {
        answer<Comparison>(std::move(done), [&]() -> Result<Comparison> {
            GNOMON_ASSIGN(const FakeEndpoint* found, m_node->find(endpoint));
            if (!found->comparison) {
                return Error{ErrorCode::NotFound, endpoint.value + " never had a shadow"};
            }
            return *found->comparison;
        });
    }
    void startExperiment(const EndpointName& endpoint, const std::string& reason, std::stop_token,
                         port::Done<Comparison> done) override {
        answer<Comparison>(std::move(done), [&]() -> Result<Comparison> {
            GNOMON_ASSIGN(FakeEndpoint * found, m_node->find(endpoint));
            Comparison fresh;
            fresh.experiment = ExperimentId(fakeId("experiment because of " + reason));
            fresh.endpoint = endpoint;
            fresh.production = found->comparison->production;
            fresh.shadow = found->comparison->shadow;
            fresh.started = found->comparison->asOf;
            fresh.asOf = fresh.started;
            fresh.margin = found->comparison->margin;
            found->comparison = fresh;
            return fresh;
        });
    }
    void listExchanges(const ExchangeFilter& filter, std::stop_token, port::Done<ExchangePage> done) override {
        answer<ExchangePage>(std::move(done), [&]() -> Result<ExchangePage> { return list(filter); });
    }
    void getExchange(const ExchangeId& id, std::stop_token, port::Done<port::ExchangeDetail> done) override {
        answer<port::ExchangeDetail>(std::move(done), [&]() -> Result<port::ExchangeDetail> { return detail(id); });
    }
    void searchAudit(const AuditFilter& filter, std::stop_token, port::Done<AuditPage> done) override {
        answer<AuditPage>(std::move(done), [&] { return m_node->search(filter); });
    }
    void proveRecord(Seq seq, std::stop_token, port::ProvenDone done) override {
        answer<ProvenRecord>(std::move(done), [&]() -> Result<ProvenRecord> {
            if (!m_node->prove) {
                return Error{ErrorCode::Unimplemented, "this fake proves nothing"};
            }
            return m_node->prove(m_node->records(), seq);
        });
    }
    void getCheckpoint(std::stop_token, port::Done<Checkpoint> done) override {
        answer<Checkpoint>(std::move(done), [this]() -> Result<Checkpoint> { return m_node->head(); });
    }
    void proveConsistency(std::uint64_t oldSize, std::uint64_t newSize, std::stop_token,
                          port::Done<ConsistencyProof> done) override {
        answer<ConsistencyProof>(std::move(done), [&]() -> Result<ConsistencyProof> {
            if (!m_node->proveConsistent) {
                return Error{ErrorCode::Unimplemented, "this fake proves nothing"};
            }
            return m_node->proveConsistent(oldSize, newSize);
        });
    }
    void exportAudit(std::stop_token, port::ExportEvents events) override {
        if (m_node->exported) {
            port::Done<std::vector<Bytes>> written = [write = std::move(events.chunk),
                                                      end = std::move(events.finished)](auto chunks) {
                for (std::size_t i = 0; chunks.ok() && i < chunks->size(); ++i) {
                    write((*chunks)[i], i + 1, chunks->size());
                }
                end(chunks.ok() ? Status() : Status(chunks.error()));
            };
            answer<std::vector<Bytes>>(std::move(written),
                                       [this] { return Result(m_node->exported(m_node->records())); });
            return;
        }
        const auto chunk = std::move(events.chunk); // runs inside the guarded answer
        const auto total = static_cast<std::uint64_t>(1000);
        port::Done<bool> chunks = [chunk, total, finished = std::move(events.finished)](Result<bool> ok) {
            for (std::uint64_t i = 1; ok.ok() && i <= total; ++i) {
                chunk(asBytes("record\n"), i, total);
            }
            finished(ok.ok() ? Status() : Status(ok.error()));
        };
        answer<bool>(std::move(chunks), [] { return Result<bool>(true); });
    }

private:
    // Shut by close(), which then returns only after a callback that is running has ended.
    struct Gate {
        Mutex mutex;
        bool open = true;
    };

    template <class... Args>
    std::function<void(Args...)> guard(std::function<void(Args...)> call) const {
        return [gate = m_gate, call = std::move(call)](Args... args) {
            const MutexLock lock(gate->mutex);
            if (gate->open && call) {
                call(args...);
            }
        };
    }
    template <class T>
    void answer(port::Done<T> done, const std::function<Result<T>()>& compute) {
        m_node->answer<T>(guard(std::move(done)), compute);
    }

    Result<ExchangePage> list(const ExchangeFilter& filter) {
        GNOMON_ASSIGN(const FakeEndpoint* found, m_node->find(filter.endpoint));
        std::vector<Exchange> matching;
        for (const Exchange& e : found->exchanges) {
            const Leg* production = e.find(LegRole::Production);
            const Leg* shadow = e.find(LegRole::Shadow);
            const bool differs = shadow != nullptr && production != nullptr && shadow->decision != production->decision;
            if ((filter.onlyDisagreeing && !differs) ||
                (filter.productionDecision && (!production || production->decision != *filter.productionDecision)) ||
                (filter.shadowDecision && (!shadow || shadow->decision != *filter.shadowDecision)) ||
                (filter.from && e.time < *filter.from) || (filter.until && e.time >= *filter.until)) {
                continue;
            }
            matching.push_back(e);
        }
        const auto gap = [](const Exchange& e) {
            const Leg* production = e.find(LegRole::Production);
            const Leg* shadow = e.find(LegRole::Shadow);
            return production && shadow ? std::abs(production->score.value_or(0) - shadow->score.value_or(0)) : 0.0;
        };
        if (filter.mostDisagreeingFirst) {
            std::ranges::stable_sort(matching, std::greater{}, gap);
        }
        const std::size_t begin = filter.pageToken.empty() ? 0 : std::stoul(filter.pageToken);
        ExchangePage page;
        for (std::size_t i = begin; i < std::min(begin + filter.pageSize, matching.size()); ++i) {
            page.exchanges.push_back(matching[i]);
        }
        if (begin + filter.pageSize < matching.size()) {
            page.nextPageToken = std::to_string(begin + filter.pageSize);
        }
        return page;
    }

    Result<port::ExchangeDetail> detail(const ExchangeId& id) {
        for (const EndpointSnapshot& snapshot : m_node->snapshots()) {
            GNOMON_ASSIGN(const FakeEndpoint* found, m_node->find(snapshot.settings.name));
            for (const Exchange& e : found->exchanges) {
                if (e.id == id) {
                    return m_node->withheld.empty() ? port::ExchangeDetail{e, payloadOf(e), {}}
                                                    : port::ExchangeDetail{e, std::nullopt, m_node->withheld};
                }
            }
        }
        return Error{ErrorCode::NotFound, "exchange " + id.value + " is not stored any more"};
    }
    static ExchangePayload payloadOf(const Exchange& e) {
        const auto floats = [](const std::string& name, const std::vector<float>& values) {
            const auto* bytes = reinterpret_cast<const std::uint8_t*>(values.data());
            return Tensor{name,
                          DataType::Fp32,
                          {1, static_cast<std::int64_t>(values.size())},
                          Bytes(bytes, bytes + values.size() * sizeof(float))};
        };
        ExchangePayload payload;
        payload.inputs = {floats("features", {0.0F, 0.64F, 0.64F, 0.0F, 0.32F, 0.778F, 3.756F, 278.0F})};
        for (const Leg& leg : e.legs) {
            const auto score = static_cast<float>(leg.score.value_or(0));
            payload.outputs.emplace_back("v" + std::to_string(leg.version.value),
                                         std::vector<Tensor>{floats("probabilities", {1 - score, score})});
        }
        return payload;
    }

    const std::shared_ptr<FakeNode> m_node;                        // shared with the test
    const std::shared_ptr<Gate> m_gate = std::make_shared<Gate>(); // shared with pending callbacks
    int m_watcher = 0;
};

} // namespace gnomon::test
