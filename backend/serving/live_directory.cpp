// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/live_directory.h"
#include "backend/serving/deployment_parts.h"
#include "backend/serving/endpoint_state.h"
#include "backend/serving/version_slot.h"

#include <map>
#include <utility>

namespace gnomon::serving {

namespace {

// Constant after construction, but for what its members guard themselves.
struct Entry {
    Entry(StoredEndpoint stored, const SlotParts& parts, const Clock& clock)
        : initialDeployment(std::move(stored.initial)), productionNamed(stored.productionNamed),
          state(stored.settings, clock) {
        for (StoredVersion& version : stored.versions) {
            const VersionNumber number = version.version.number;
            slots.emplace(number, std::make_unique<VersionSlot>(std::move(version),
                                                                stored.settings.abandonedRunsUntilSkipped, parts));
        }
    }

    Deployment initialDeployment;
    bool productionNamed;
    EndpointState state;
    Slots slots;
};

class DirectoryImpl final : public LiveDirectory {
public:
    DirectoryImpl(std::vector<StoredEndpoint> stored, const SlotParts& parts, const Clock& clock)
        : m_reaper(parts.reaper) {
        for (StoredEndpoint& endpoint : stored) {
            const EndpointName name = endpoint.settings.name;
            m_entries.emplace(name, std::make_unique<Entry>(std::move(endpoint), parts, clock));
        }
    }
    ~DirectoryImpl() override {
        m_entries.clear();
        m_reaper->stop();
    }

    std::vector<EndpointName> names() const override {
        std::vector<EndpointName> names;
        for (const auto& [name, entry] : m_entries) {
            names.push_back(name);
        }
        return names;
    }

    EndpointState* find(const EndpointName& endpoint) const override {
        const auto found = m_entries.find(endpoint);
        return found == m_entries.end() ? nullptr : &found->second->state;
    }

    Result<EndpointSnapshot> snapshot(const EndpointName& endpoint) const override {
        GNOMON_ASSIGN(const Entry* entry, get(endpoint));
        const TrafficSummary traffic = entry->state.meter().summary();
        EndpointSnapshot snapshot;
        snapshot.settings = entry->state.settings();
        if (const auto inForce = entry->state.inForce()) {
            snapshot.generation = inForce->generation;
        }
        snapshot.versions = versionsOf(*entry);
        snapshot.requestsPerSecond = traffic.requestsPerSecond;
        snapshot.substitutionShare = traffic.substitutionShare;
        snapshot.requests = traffic.requests;
        snapshot.substituted = traffic.substituted;
        snapshot.failed = traffic.failed;
        snapshot.p50Seconds = traffic.p50Seconds;
        snapshot.p99Seconds = traffic.p99Seconds;
        snapshot.lastReason = traffic.lastReason;
        return snapshot;
    }

    Result<EndpointSettings> settings(const EndpointName& endpoint) const override {
        GNOMON_ASSIGN(const Entry* entry, get(endpoint));
        return entry->state.settings();
    }

    Result<Generation> inForce(const EndpointName& endpoint) const override {
        GNOMON_ASSIGN(const Entry* entry, get(endpoint));
        const auto inForce = entry->state.inForce();
        if (!inForce) {
            return Error{ErrorCode::NotFound, "endpoint '" + endpoint.value + "' has no deployment in force yet"};
        }
        return inForce->generation;
    }

    Result<std::vector<Version>> versions(const EndpointName& endpoint) const override {
        GNOMON_ASSIGN(const Entry* entry, get(endpoint));
        return versionsOf(*entry);
    }

    Result<std::map<VersionNumber, VersionCounters>> counters(const EndpointName& endpoint) const override {
        GNOMON_ASSIGN(const Entry* entry, get(endpoint));
        std::map<VersionNumber, VersionCounters> counters;
        for (const auto& [number, slot] : entry->slots) {
            counters.emplace(number, slot->health()->meter().counters());
        }
        return counters;
    }

    Result<EndpointMeasures> measures(const EndpointName& endpoint) const override {
        GNOMON_ASSIGN(const Entry* entry, get(endpoint));
        EndpointMeasures measures;
        measures.traffic = entry->state.meter().totals();
        for (const auto& [number, slot] : entry->slots) {
            const VersionHealth& health = *slot->health();
            const auto worker = slot->runner(port::Place::Worker);
            measures.versions.emplace(number,
                                      VersionMeasures{health.meter().counters(), health.breaker(), health.skipped(),
                                                      worker ? worker->workerState() : std::nullopt});
        }
        return measures;
    }

    Result<std::shared_ptr<port::ModelRunner>> warmRunner(const EndpointName& endpoint,
                                                          VersionNumber version) override {
        GNOMON_ASSIGN(const Entry* entry, get(endpoint));
        const auto slot = entry->slots.find(version);
        auto runner = slot == entry->slots.end() ? nullptr : slot->second->runner(port::Place::Worker);
        if (!runner && slot != entry->slots.end()) {
            runner = slot->second->runner(port::Place::InProcess);
        }
        if (!runner) {
            return Error{ErrorCode::FailedPrecondition,
                         "v" + std::to_string(version.value) + " of endpoint '" + endpoint.value + "' is not warm"};
        }
        return runner;
    }

    Status prepare(const EndpointName& endpoint, const Deployment& deployment) override {
        GNOMON_ASSIGN(Entry * entry, get(endpoint));
        GNOMON_TRY(checkShape(entry->state.settings(), deployment));
        const auto before = entry->state.inForce();
        return warmAll(entry->slots, deployment, before ? &before->generation.deployment : nullptr);
    }

    Status deploy(const Generation& generation) override {
        GNOMON_ASSIGN(Entry * entry, get(generation.endpoint));
        entry->state.deploy(assemble(generation, entry->slots));
        keepOnlyNamed(entry->slots, {generation.deployment});
        return {};
    }

    void keepWarm(const EndpointName& endpoint, const std::vector<Deployment>& planned) override {
        const Result<Entry*> entry = get(endpoint);
        const auto inForce = entry.ok() ? (*entry)->state.inForce() : nullptr;
        if (inForce) {
            std::vector<Deployment> named = planned;
            named.push_back(inForce->generation.deployment);
            keepOnlyNamed((*entry)->slots, named);
        }
    }

    Result<GenerationTraffic> traffic(const EndpointName& endpoint) const override {
        GNOMON_ASSIGN(const Entry* entry, get(endpoint));
        return entry->state.traffic();
    }

    Result<Deployment> initial(const EndpointName& endpoint) const override {
        GNOMON_ASSIGN(const Entry* entry, get(endpoint));
        Deployment initial = entry->initialDeployment;
        if (!entry->productionNamed) {
            initial.production = newestFit(entry->slots).value_or(initial.production);
        }
        return initial;
    }

    Result<TensorSet> exampleInputs(const EndpointName& endpoint) const override {
        GNOMON_ASSIGN(const Entry* entry, get(endpoint));
        const auto inForce = entry->state.inForce();
        const VersionNumber production =
            inForce ? inForce->generation.deployment.production : entry->initialDeployment.production;
        return exampleFor(entry->slots, production);
    }

    void clearSkips(const EndpointName& endpoint) override {
        if (const Result<Entry*> entry = get(endpoint); entry.ok()) {
            for (const auto& [number, slot] : (*entry)->slots) {
                slot->health()->clearSkip();
            }
        }
    }

    void tryRemaining(std::stop_token stop) override {
        for (const auto& [name, entry] : m_entries) {
            for (const auto& [number, slot] : entry->slots) {
                if (stop.stop_requested()) {
                    return;
                }
                slot->tryOut();
            }
        }
    }

private:
    Result<Entry*> get(const EndpointName& endpoint) const {
        const auto found = m_entries.find(endpoint);
        if (found == m_entries.end()) {
            return Error{ErrorCode::NotFound,
                         "endpoint '" + printable(endpoint.value, 80) + "' is not served by this node"};
        }
        return found->second.get();
    }

    static std::optional<VersionNumber> newestFit(const Slots& slots) {
        for (auto slot = slots.rbegin(); slot != slots.rend(); ++slot) {
            if (slot->second->describe().state != VersionState::Refused) {
                return slot->first;
            }
        }
        return std::nullopt;
    }

    static std::vector<Version> versionsOf(const Entry& entry) {
        std::vector<Version> versions;
        for (const auto& [number, slot] : entry.slots) {
            versions.push_back(slot->describe());
        }
        return versions;
    }

    const std::shared_ptr<Reaper> m_reaper;
    std::map<EndpointName, std::unique_ptr<Entry>> m_entries; // constant after construction
};

} // namespace

Result<std::unique_ptr<LiveDirectory>> makeEndpointDirectory(DirectoryOptions options, port::RunnerFactory& factory,
                                                             port::StateStore& state, const Clock& clock) {
    GNOMON_ASSIGN(std::vector<StoredEndpoint> stored,
                  readRepository(options.repository, {options.maxModelBytes, options.maxFileBytes}));
    const SlotParts parts{factory, state, std::make_shared<Reaper>(), options.goldenTimeout, options.breaker};
    return std::unique_ptr<LiveDirectory>(std::make_unique<DirectoryImpl>(std::move(stored), parts, clock));
}

} // namespace gnomon::serving
