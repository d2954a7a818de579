// SPDX-License-Identifier: GPL-3.0-or-later
// Endpoints and their versions: what callers got, how versions do, how shadows compare.
#include "backend/node/metrics/collect.h"
#include "backend/node/readiness.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace gnomon::node {

namespace {

constexpr std::array<std::string_view, 3> kModes{"production", "fallback", "disabled"};
constexpr std::array<std::string_view, 5> kVersionStates{"found", "loading", "ready", "skipped", "refused"};
constexpr std::array<std::string_view, 3> kBreakerStates{"closed", "open", "half_open"};
constexpr std::array<std::string_view, 6> kVerdicts{"cannot_tell_yet", "equivalent", "different",
                                                    "better",          "worse",      "conflicting"};

double seconds(WallTime time) {
    return std::chrono::duration<double>(time.time_since_epoch()).count();
}

std::uint64_t microseconds(const serving::Timed64& timed) {
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(timed.time).count());
}

// A label in the way of Prometheus: "not-finite" becomes "not_finite".
std::string labelOf(std::string_view name) {
    std::string label(name);
    std::replace(label.begin(), label.end(), '-', '_');
    return label;
}

bool isLoaded(const Version& version) {
    return version.state == VersionState::Ready || version.state == VersionState::Skipped;
}

// Names and meanings of Triton: microseconds and counts since the start, of what callers waited for.
class TritonMetrics {
public:
    explicit TritonMetrics(Families& families)
        : m_success(families.counter("nv_inference_request_success", "Successful inference requests")),
          m_failure(families.counter("nv_inference_request_failure", "Failed inference requests: errors, late answers, "
                                                                     "answers that are not finite")),
          m_count(families.counter("nv_inference_count", "Inferences performed: a request of 8 rows counts 8")),
          m_executions(families.counter("nv_inference_exec_count", "Model executions performed")),
          m_request(families.counter("nv_inference_request_duration_us",
                                     "Time of successful requests in microseconds, from asking to answer")),
          m_queue(families.counter("nv_inference_queue_duration_us", "Time requests waited in microseconds")),
          m_input(families.counter("nv_inference_compute_input_duration_us", "Time spent on inputs in microseconds")),
          m_infer(
              families.counter("nv_inference_compute_infer_duration_us", "Time spent in the model in microseconds")),
          m_output(
              families.counter("nv_inference_compute_output_duration_us", "Time spent on outputs in microseconds")) {}

    void add(const Family::Labels& labels, const serving::VersionCounters& counters) {
        m_success.add(labels, counters.success.count);
        m_failure.add(labels, counters.fail.count);
        m_count.add(labels, counters.rows);
        m_executions.add(labels, counters.executions);
        m_request.add(labels, microseconds(counters.success));
        m_queue.add(labels, microseconds(counters.queue));
        m_input.add(labels, microseconds(counters.computeInput));
        m_infer.add(labels, microseconds(counters.computeInfer));
        m_output.add(labels, microseconds(counters.computeOutput));
    }

private:
    Family m_success;
    Family m_failure;
    Family m_count;
    Family m_executions;
    Family m_request;
    Family m_queue;
    Family m_input;
    Family m_infer;
    Family m_output;
};

class VersionMetrics {
public:
    explicit VersionMetrics(Families& families)
        : m_triton(families), m_state(families.gauge("gnomon_version_state", "1 for the state the version is in")),
          m_breaker(families.gauge("gnomon_version_breaker_state",
                                   "1 for the state of the version's circuit: open means that it is not asked")),
          m_skipped(
              families.gauge("gnomon_version_skipped", "1 when too many runs were abandoned; until a person acts")),
          m_up(families.gauge("gnomon_worker_up", "1 when the worker process of the version serves")),
          m_restarts(families.counter("gnomon_worker_restarts_total", "Times a lost worker was replaced")) {}

    void add(const Version& version, const serving::VersionMeasures& measures) {
        const Family::Labels labels{{"model", version.endpoint.value},
                                    {"version", std::to_string(version.number.value)}};
        m_state.addStates(labels, "state", kVersionStates, versionStateName(version.state));
        if (isLoaded(version)) {
            m_triton.add(labels, measures.counters);
            m_breaker.addStates(labels, "state", kBreakerStates,
                                kBreakerStates[static_cast<std::size_t>(measures.breaker)]);
            m_skipped.add(labels, measures.skipped ? 1.0 : 0.0);
        }
        if (measures.worker) {
            m_up.add(labels, measures.worker->up ? 1.0 : 0.0);
            m_restarts.add(labels, measures.worker->restarts);
        }
    }

private:
    TritonMetrics m_triton;
    Family m_state;
    Family m_breaker;
    Family m_skipped;
    Family m_up;
    Family m_restarts;
};

class EndpointMetrics {
public:
    explicit EndpointMetrics(Families& families)
        : m_requests(families.counter("gnomon_requests_total", "Calls by who answered them; refuse: nobody did")),
          m_failed(families.counter("gnomon_requests_failed_total", "Calls whose caller got an error")),
          m_substitutions(families.counter("gnomon_substitutions_total",
                                           "Calls that somebody else answered, by how production's attempt ended")),
          m_duration(families.histogram("gnomon_request_duration_seconds", "From arrival to reply")),
          m_mode(families.gauge("gnomon_endpoint_mode", "1 for the mode the endpoint is in")),
          m_serving(families.gauge("gnomon_endpoint_serving", "1 when calls of the endpoint are answered")),
          m_generation(families.gauge("gnomon_endpoint_generation", "Number of the deployment in force")),
          m_since(families.gauge("gnomon_endpoint_generation_time_seconds", "When it came in force, as Unix time")),
          m_production(families.gauge("gnomon_endpoint_production_version", "Number of the production version")) {}

    void add(const EndpointSnapshot& endpoint, const serving::TrafficTotals& traffic) {
        const std::string& model = endpoint.settings.name.value;
        const Deployment& deployment = endpoint.generation.deployment;
        for (std::size_t i = 0; i < traffic.servedBy.size(); ++i) {
            m_requests.add({{"model", model}, {"served_by", std::string(traffic.kServedBy[i])}}, traffic.servedBy[i]);
        }
        m_failed.add({{"model", model}}, endpoint.failed);
        for (const LegOutcome outcome :
             {LegOutcome::Failed, LegOutcome::Late, LegOutcome::NotFinite, LegOutcome::Skipped, LegOutcome::Lost}) {
            m_substitutions.add({{"model", model}, {"reason", labelOf(legOutcomeName(outcome))}},
                                traffic.substitutedAfter[static_cast<std::size_t>(outcome)]);
        }
        addDuration(model, traffic);
        m_mode.addStates({{"model", model}}, "mode", kModes, kModes[static_cast<std::size_t>(deployment.mode)]);
        m_serving.add({{"model", model}}, answers(deployment, endpoint.versions) ? 1.0 : 0.0);
        m_generation.add({{"model", model}}, endpoint.generation.number.value);
        m_since.add({{"model", model}}, seconds(endpoint.generation.time));
        m_production.add({{"model", model}}, std::uint64_t{deployment.production.value});
    }

private:
    // Twice as long each, from 64 microseconds to 67 seconds.
    void addDuration(const std::string& model, const serving::TrafficTotals& traffic) {
        constexpr std::size_t kFirst = 5;
        std::vector<double> bounds;
        std::vector<std::uint64_t> counts{0};
        for (std::size_t i = 0; i < traffic.latencies.size(); ++i) {
            counts.back() += traffic.latencies[i];
            if (i >= kFirst && i + 1 < traffic.latencies.size()) {
                bounds.push_back(std::ldexp(1e-6, static_cast<int>(i) + 1));
                counts.push_back(0);
            }
        }
        m_duration.addHistogram({{"model", model}}, bounds, counts,
                                std::chrono::duration<double>(traffic.latencySum).count());
    }

    Family m_requests;
    Family m_failed;
    Family m_substitutions;
    Family m_duration;
    Family m_mode;
    Family m_serving;
    Family m_generation;
    Family m_since;
    Family m_production;
};

// Of the running comparison, or the newest: they start afresh with the next one.
class ShadowMetrics {
public:
    explicit ShadowMetrics(Families& families)
        : m_mirrored(
              families.counter("gnomon_shadow_mirrored_total", "Requests of the comparison meant for the shadow")),
          m_pairs(families.counter("gnomon_shadow_pairs_total", "Of these, answered by both")),
          m_missing(families.counter("gnomon_shadow_missing_total", "Of these, without a pair, by reason")),
          m_disagreements(families.counter("gnomon_shadow_disagreements_total", "Pairs whose decisions differ")),
          m_verdict(families.gauge("gnomon_comparison_verdict", "1 for the verdict of the comparison")),
          m_running(families.gauge("gnomon_comparison_running", "1 while the comparison runs")) {}

    void add(const Comparison& comparison) {
        const Family::Labels labels{{"model", comparison.endpoint.value},
                                    {"version", std::to_string(comparison.production.value)},
                                    {"shadow", std::to_string(comparison.shadow.value)}};
        const Coverage& coverage = comparison.coverage;
        m_mirrored.add(labels, coverage.mirrored);
        m_pairs.add(labels, coverage.matched);
        for (const auto& [reason, count] : {std::pair{"dropped", coverage.dropped},
                                            {"failed", coverage.failed},
                                            {"late", coverage.late},
                                            {"lost", coverage.lost},
                                            {"production_failed", coverage.productionFailed}}) {
            Family::Labels all = labels;
            all.emplace_back("reason", reason);
            m_missing.add(all, count);
        }
        if (!comparison.noDecisions) {
            m_disagreements.add(labels, coverage.matched - std::min(coverage.matched, comparison.agreeing));
        }
        m_verdict.addStates(labels, "verdict", kVerdicts, kVerdicts[static_cast<std::size_t>(comparison.verdict)]);
        m_running.add(labels, comparison.stopped ? 0.0 : 1.0);
    }

private:
    Family m_mirrored;
    Family m_pairs;
    Family m_missing;
    Family m_disagreements;
    Family m_verdict;
    Family m_running;
};

} // namespace

void collectModels(const serving::EndpointDirectory& directory, const monitor::ComparisonMonitor& monitor,
                   Families& families) {
    EndpointMetrics endpoints(families);
    VersionMetrics versions(families);
    ShadowMetrics shadows(families);
    for (const EndpointName& name : directory.names()) {
        const auto snapshot = directory.snapshot(name);
        const auto measures = directory.measures(name);
        if (!snapshot || !measures) {
            continue;
        }
        endpoints.add(*snapshot, measures->traffic);
        for (const Version& version : snapshot->versions) {
            versions.add(version, measures->versions.at(version.number));
        }
        if (const auto comparison = monitor.summary(name)) {
            shadows.add(*comparison);
        }
    }
}

} // namespace gnomon::node
