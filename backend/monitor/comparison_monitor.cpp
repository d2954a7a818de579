// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/monitor/comparison_monitor.h"

#include "backend/base/mutex.h"
#include "backend/monitor/experiment.h"

#include <algorithm>
#include <atomic>
#include <map>

namespace gnomon::monitor {

namespace {

// 5: other requests are evidence about latency and errors than before, so that what was found before does not go on.
constexpr std::uint8_t kFormat = 5;
constexpr std::size_t kMostEndpoints = 10'000;

// What is known of one endpoint: at most one running experiment and the newest one that ended.
struct Watched {
    EndpointSettings settings;
    std::optional<Experiment> running;
    std::optional<Experiment> ended;
    std::uint64_t experiments = 0;                    // declared so far
    std::optional<GenerationNumber> notBeforeAfter{}; // stopped: only a newer generation starts one by itself
    Deployment deployed;                              // in force, as told last; not saved
};

// Why nothing was compared so far, and what starts it.
Error nothingCompared(ErrorCode code, const EndpointName& endpoint, const Deployment* deployed) {
    const std::string name = "endpoint '" + endpoint.value + "' ";
    if (deployed == nullptr || deployed->shadows.empty()) {
        return {code, name + "has had no experiment yet", "start a shadow: its first mirrored request starts one"};
    }
    const ShadowSpec& shadow = deployed->shadows.front();
    const std::string cause =
        name + "has shadow v" + std::to_string(shadow.version.value) + ", but no request was mirrored to it yet";
    if (deployed->mode != Mode::Production) {
        return {code, cause,
                "requests are mirrored in PRODUCTION only, and it is in " + std::string(modeName(deployed->mode))};
    }
    return {code, cause,
            shadow.mirrorPercent == 0 ? "its mirror share is 0 %: raise it" : "the first one starts the experiment"};
}

// The leg of the pair that is compared: of the running one for as long as its shadow is deployed, whether this exchange
// was shown to it or not, else of the first shadow deployed. Absent when that one was not shown this exchange.
const Leg* shadowLeg(const Observation& observation, const std::optional<Experiment>& running) {
    const std::vector<VersionNumber>& shadows = observation.shadows;
    std::optional<VersionNumber> wanted;
    if (running && std::find(shadows.begin(), shadows.end(), running->pair().shadow) != shadows.end()) {
        wanted = running->pair().shadow;
    } else if (!shadows.empty()) {
        wanted = shadows.front();
    }
    const std::vector<Leg>& legs = observation.exchange.legs;
    const auto leg = std::find_if(legs.begin(), legs.end(),
                                  [&](const Leg& one) { return one.role == LegRole::Shadow && wanted == one.version; });
    return leg == legs.end() ? nullptr : &*leg;
}

class SequentialComparisonMonitor final : public ComparisonMonitor {
public:
    SequentialComparisonMonitor(std::vector<EndpointSettings> settings, const Clock& clock, KeepComparisons keep)
        : m_clock(clock), m_keep(std::move(keep)) {
        for (EndpointSettings& endpoint : settings) {
            const EndpointName name = endpoint.name;
            m_endpoints[name].settings = std::move(endpoint);
        }
    }

    void observe(const Observation& observation) override {
        const Exchange& exchange = observation.exchange;
        MutexLock lock(m_mutex);
        // Under the lock, here and below: two calls must not look like a clock that was set back.
        const WallTime now = m_clock.wallNow();
        const auto found = m_endpoints.find(exchange.endpoint);
        if (found == m_endpoints.end()) {
            return;
        }
        ++m_revision;
        Watched& watched = found->second;
        const Leg* production = exchange.find(LegRole::Production);
        const Leg* shadow = shadowLeg(observation, watched.running);
        if (production == nullptr || shadow == nullptr) {
            addUnmirrored(watched, exchange, production, now);
            return;
        }
        const VersionPair pair{production->version, production->digest, shadow->version, shadow->digest};
        if (!watched.running || watched.running->pair() != pair) {
            if (!mayStart(watched, exchange.generation)) {
                return; // a late exchange of a generation that is over
            }
            start(watched, pair, exchange.generation, exchange.time);
        }
        watched.running->seenIn(exchange.generation);
        watched.running->addMirrored(observation, *production, *shadow, now);
    }

    Result<Comparison> comparison(const EndpointName& endpoint) const override {
        MutexLock lock(m_mutex);
        const WallTime now = m_clock.wallNow();
        settle(endpoint, now);
        const Experiment* experiment = newest(endpoint);
        if (experiment == nullptr) {
            return nothingCompared(ErrorCode::NotFound, endpoint, deployedOf(endpoint));
        }
        return experiment->snapshot(now, true);
    }

    std::optional<Comparison> summary(const EndpointName& endpoint) const override {
        MutexLock lock(m_mutex);
        const WallTime now = m_clock.wallNow();
        settle(endpoint, now);
        const Experiment* experiment = newest(endpoint);
        return experiment == nullptr ? std::nullopt : std::optional(experiment->snapshot(now, false));
    }

    Result<Comparison> startExperiment(const EndpointName& endpoint) override {
        return declare(endpoint, &SequentialComparisonMonitor::startDeclared);
    }

    Status stopExperiment(const EndpointName& endpoint) override {
        GNOMON_TRY(declare(endpoint, &SequentialComparisonMonitor::stopDeclared));
        return {};
    }

    void deployed(const Generation& generation) override {
        MutexLock lock(m_mutex);
        const auto found = m_endpoints.find(generation.endpoint);
        if (found == m_endpoints.end()) {
            return;
        }
        found->second.deployed = generation.deployment;
        if (!found->second.running || !(found->second.running->generation() < generation.number)) {
            return;
        }
        const VersionPair& pair = found->second.running->pair();
        const std::vector<ShadowSpec>& shadows = generation.deployment.shadows;
        const bool shadowed = std::any_of(shadows.begin(), shadows.end(),
                                          [&](const ShadowSpec& shadow) { return shadow.version == pair.shadow; });
        if (!shadowed || generation.deployment.production != pair.production) {
            // Exchanges of the generation before may still come in and must not start it again.
            found->second.notBeforeAfter = GenerationNumber(generation.number.value - 1);
            end(found->second, m_clock.wallNow());
        }
    }

    Status keep() override {
        const MutexLock keeping(m_keepMutex);
        {
            MutexLock lock(m_mutex);
            settleAll();
        }
        const std::uint64_t revision = m_revision;
        if (!m_keep || revision == m_kept) {
            return {};
        }
        GNOMON_TRY(m_keep(save()));
        m_kept = revision;
        return {};
    }

    Bytes save() const override {
        return sealed([&] {
            MutexLock lock(m_mutex);
            settleAll();
            return content();
        }());
    }

    Status restore(ByteView saved) override {
        const Error refused{ErrorCode::Corrupt, "the saved comparisons cannot be read",
                            "experiments start afresh; recorded exchanges are not affected"};
        constexpr std::size_t kTrailer = sizeof(Digest::bytes);
        if (saved.size() < kTrailer) {
            return refused;
        }
        const ByteView content = saved.first(saved.size() - kTrailer);
        const Digest digest = sha256(content);
        if (!std::equal(digest.bytes.begin(), digest.bytes.end(), saved.last(kTrailer).begin())) {
            return refused;
        }
        ByteReader in(content);
        if (in.byte() != kFormat) {
            return refused;
        }
        std::map<EndpointName, Watched> loaded;
        const std::size_t endpoints = in.count(kMostEndpoints);
        for (std::size_t i = 0; i < endpoints && in.ok(); ++i) {
            const EndpointName name(in.text());
            loaded[name] = load(name, in);
        }
        if (!in.finished()) {
            return refused;
        }
        adopt(std::move(loaded));
        return {};
    }

private:
    using Declaration = Status (SequentialComparisonMonitor::*)(const EndpointName&, Watched&, WallTime);

    // First keeps what will be, then makes it so: what somebody was told to be declared outlives the process, and what
    // could not be kept has not happened.
    Result<Comparison> declare(const EndpointName& endpoint, Declaration declaration) {
        const MutexLock keeping(m_keepMutex);
        const WallTime now = m_clock.wallNow();
        Bytes then;
        std::uint64_t experiments = 0;
        bool running = false;
        {
            MutexLock lock(m_mutex);
            const auto found = m_endpoints.find(endpoint);
            if (found == m_endpoints.end()) {
                return nothingCompared(ErrorCode::FailedPrecondition, endpoint, nullptr);
            }
            settleAll();
            Watched before = found->second;
            GNOMON_TRY((this->*declaration)(endpoint, found->second, now));
            then = content();
            experiments = before.experiments;
            running = before.running.has_value();
            found->second = std::move(before);
        }
        if (const Status kept = m_keep ? m_keep(sealed(std::move(then))) : Status(); !kept) {
            return Error{kept.error().code, "nothing was declared, for it could not be kept: " + kept.error().message,
                         kept.error().remedy};
        }
        {
            MutexLock lock(m_mutex);
            Watched& watched = m_endpoints.find(endpoint)->second;
            if (watched.experiments == experiments && watched.running.has_value() == running) {
                GNOMON_TRY((this->*declaration)(endpoint, watched, now));
                if (watched.running) {
                    // What came and ended while it was kept was told to the one before.
                    watched.running->takeEvidenceFrom(m_clock.wallNow());
                }
                return newest(endpoint)->snapshot(now, true);
            }
        }
        // What was kept is not so. If this fails, the next keep() says it.
        const Status corrected = m_keep ? m_keep(save()) : Status();
        return Error{ErrorCode::Unavailable,
                     "an experiment of endpoint '" + endpoint.value + "' began or ended at the same moment" +
                         (corrected ? "" : ", and that could not be kept: " + corrected.error().message),
                     "look again, and ask again if it is still wanted"};
    }

    // These two do nothing when they fail.
    Status startDeclared(const EndpointName& endpoint, Watched& watched, WallTime now) REQUIRES(m_mutex) {
        const Experiment* before = newest(endpoint);
        if (before == nullptr) {
            return nothingCompared(ErrorCode::FailedPrecondition, endpoint, &watched.deployed);
        }
        const VersionPair pair = before->pair();
        start(watched, pair, before->generation(), now);
        return {};
    }

    Status stopDeclared(const EndpointName& endpoint, Watched& watched, WallTime now) REQUIRES(m_mutex) {
        if (!watched.running) {
            return Error{ErrorCode::FailedPrecondition,
                         "no experiment of endpoint '" + endpoint.value + "' is running"};
        }
        watched.notBeforeAfter = watched.running->generation();
        end(watched, now);
        return {};
    }

    Bytes content() const REQUIRES(m_mutex) {
        ByteWriter out;
        out.byte(kFormat);
        out.number(m_endpoints.size());
        for (const auto& [name, watched] : m_endpoints) {
            out.text(name.value);
            out.number(watched.experiments);
            out.byte(watched.notBeforeAfter ? 1 : 0);
            out.number(watched.notBeforeAfter ? watched.notBeforeAfter->value : 0);
            for (const std::optional<Experiment>* experiment : {&watched.running, &watched.ended}) {
                out.byte(experiment->has_value() ? 1 : 0);
                if (experiment->has_value()) {
                    (*experiment)->save(out);
                }
            }
        }
        return std::move(out).take();
    }

    static Bytes sealed(Bytes content) {
        const Digest digest = sha256(content);
        content.insert(content.end(), digest.bytes.begin(), digest.bytes.end());
        return content;
    }

    static Watched load(const EndpointName& name, ByteReader& in) {
        Watched watched;
        watched.experiments = in.number();
        const bool stopped = in.upTo(1) == 1;
        const GenerationNumber generation(in.number());
        watched.notBeforeAfter = stopped ? std::optional(generation) : std::nullopt;
        for (std::optional<Experiment>* experiment : {&watched.running, &watched.ended}) {
            if (in.upTo(1) == 1) {
                *experiment = Experiment::load(name, in);
            }
        }
        return watched;
    }

    // Endpoints that are gone are forgotten; an experiment whose margins are no longer the stated ones has ended.
    void adopt(std::map<EndpointName, Watched> loaded) {
        MutexLock lock(m_mutex);
        for (auto& [name, watched] : m_endpoints) {
            const auto found = loaded.find(name);
            if (found == loaded.end()) {
                continue;
            }
            EndpointSettings settings = std::move(watched.settings);
            Deployment deployed = std::move(watched.deployed);
            watched = std::move(found->second);
            watched.settings = std::move(settings);
            watched.deployed = std::move(deployed);
            if (watched.running && !watched.running->isDeclaredLike(watched.settings)) {
                end(watched, m_clock.wallNow());
            }
        }
    }

    // Evidence ripens without further requests, so that whoever looks has it looked at first.
    void settle(const EndpointName& endpoint, WallTime now) const REQUIRES(m_mutex) {
        const auto found = m_endpoints.find(endpoint);
        if (found != m_endpoints.end() && found->second.running && found->second.running->settle(now)) {
            ++m_revision;
        }
    }
    void settleAll() const REQUIRES(m_mutex) {
        const WallTime now = m_clock.wallNow();
        for (const auto& [name, watched] : m_endpoints) {
            settle(name, now);
        }
    }

    const Deployment* deployedOf(const EndpointName& endpoint) const REQUIRES(m_mutex) {
        const auto found = m_endpoints.find(endpoint);
        return found == m_endpoints.end() ? nullptr : &found->second.deployed;
    }

    const Experiment* newest(const EndpointName& endpoint) const REQUIRES(m_mutex) {
        const auto found = m_endpoints.find(endpoint);
        if (found == m_endpoints.end()) {
            return nullptr;
        }
        const Watched& watched = found->second;
        return watched.running ? &*watched.running : watched.ended ? &*watched.ended : nullptr;
    }

    // Only a newer generation replaces a running pair: exchanges that were under way when the deployment changed come
    // in late, and with several shadows each exchange may show another one.
    static bool mayStart(const Watched& watched, GenerationNumber generation) {
        if (watched.running) {
            return watched.running->generation() < generation;
        }
        return !watched.notBeforeAfter || *watched.notBeforeAfter < generation;
    }

    static void addUnmirrored(Watched& watched, const Exchange& exchange, const Leg* production, WallTime now) {
        if (watched.running && (production == nullptr || production->version == watched.running->pair().production)) {
            watched.running->addRequest(exchange.time, now);
        }
    }

    void start(Watched& watched, const VersionPair& pair, GenerationNumber generation, WallTime time)
        REQUIRES(m_mutex) {
        ++m_revision;
        end(watched, m_clock.wallNow());
        watched.notBeforeAfter.reset();
        watched.running.emplace(watched.settings, pair, generation, time, ++watched.experiments);
    }

    void end(Watched& watched, WallTime now) REQUIRES(m_mutex) {
        if (watched.running) {
            ++m_revision;
            watched.running->stop(now);
            watched.ended = std::move(watched.running);
            watched.running.reset();
        }
    }

    const Clock& m_clock;                             // constant after construction, as is
    const KeepComparisons m_keep;                     // this
    mutable std::atomic<std::uint64_t> m_revision{0}; // grows with everything that changes what save() would say
    Mutex m_keepMutex;                                // before m_mutex: the newest that is kept is the newest there was
    std::uint64_t m_kept GUARDED_BY(m_keepMutex) = 0; // the revision that was kept last
    mutable Mutex m_mutex;
    mutable std::map<EndpointName, Watched> m_endpoints GUARDED_BY(m_mutex); // looking settles what is ripe
};

} // namespace

std::unique_ptr<ComparisonMonitor> makeComparisonMonitor(std::vector<EndpointSettings> settings, const Clock& clock,
                                                         KeepComparisons keep) {
    return std::make_unique<SequentialComparisonMonitor>(std::move(settings), clock, std::move(keep));
}

} // namespace gnomon::monitor
