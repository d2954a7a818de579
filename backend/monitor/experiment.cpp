// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/monitor/experiment.h"

#include "backend/monitor/words.h"
#include "backend/stats/forecast.h"

#include <algorithm>
#include <cmath>

namespace gnomon::monitor {

namespace {

constexpr double kFreshnessWeight = 1.0 / 256;
// With fewer new entities than one in a thousand pairs nobody can say when there will be enough.
constexpr double kLeastFreshness = 1e-3;
// The estimate is too close to the margin to say anything when it would take so many times what was seen.
constexpr std::uint64_t kFarthestForecast = 100;
constexpr std::size_t kMostClasses = 1000;
constexpr std::chrono::hours kLongestBudget{24}; // more than an endpoint may have

ExperimentId makeId(const EndpointName& endpoint, const VersionPair& pair, WallTime started, std::uint64_t number) {
    ByteWriter out;
    out.text(endpoint.value);
    out.bytes(pair.productionDigest.bytes);
    out.bytes(pair.shadowDigest.bytes);
    out.signedNumber(started.time_since_epoch().count());
    out.number(number);
    const Digest digest = sha256(out.view());
    return ExperimentId(toHex(ByteView(digest.bytes).first(16)));
}

// What became of one mirrored request.
Coverage coverageOf(LegOutcome production, LegOutcome shadow) {
    Coverage one;
    one.requests = 1;
    one.mirrored = 1;
    if (production != LegOutcome::Ok) {
        one.productionFailed = 1;
        return one;
    }
    switch (shadow) {
    case LegOutcome::Ok:
        one.matched = 1;
        break;
    case LegOutcome::Failed:
    case LegOutcome::NotFinite:
        one.failed = 1;
        break;
    case LegOutcome::Late:
        one.late = 1;
        break;
    case LegOutcome::Dropped:
        one.dropped = 1;
        break;
    case LegOutcome::Lost:
    case LegOutcome::Skipped: // there was no worker to ask
        one.lost = 1;
        break;
    }
    return one;
}

double shareOf(std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

} // namespace

Experiment::Experiment(EndpointSettings settings, VersionPair pair, GenerationNumber generation, WallTime started,
                       std::uint64_t number)
    : m_settings(std::move(settings)), m_pair(pair), m_started(started),
      m_id(makeId(m_settings.name, pair, started, number)), m_generation(generation), m_decisions(m_settings),
      m_scores(m_settings), m_errors(m_settings, started), m_latency(m_settings, started) {}

void Experiment::addRequest(WallTime time, WallTime now) {
    advanceTo(time, now);
    Coverage counted;
    counted.requests = 1;
    m_coverage += counted;
    m_timeLine.add(time, counted, false);
}

void Experiment::addMirrored(const Observation& observation, const Leg& production, const Leg& shadow, WallTime now) {
    const WallTime time = observation.exchange.time;
    advanceTo(time, now);
    const Coverage counted = coverageOf(production.outcome, shadow.outcome);
    m_coverage += counted;
    m_errors.add(production.outcome, shadow.outcome, time);
    m_latency.add(production, shadow, time, now);

    const bool pair = production.outcome == LegOutcome::Ok && shadow.outcome == LegOutcome::Ok;
    const bool decided = !production.decision.empty() || !shadow.decision.empty();
    m_timeLine.add(time, counted, pair && decided && production.decision == shadow.decision);
    if (!pair) {
        return;
    }
    const bool first = m_entities.insert(entityOf(observation, m_settings));
    m_units += first ? 1 : 0;
    m_freshness += ((first ? 1 : 0) - m_freshness) * kFreshnessWeight;

    m_decisions.add(production.decision, shadow.decision, first);
    if (production.score && shadow.score && std::isfinite(*production.score) && std::isfinite(*shadow.score)) {
        m_scores.add(*production.score, *shadow.score, first);
    }
    if (first && covered()) {
        m_decisions.look();
        m_scores.look();
    }
}

void Experiment::advanceTo(WallTime time, WallTime now) {
    settle(now);
    if (m_timeLine.startsBucket(time)) {
        m_timeLine.close(standing());
    }
}

bool Experiment::settle(WallTime now) {
    const bool errors = m_errors.settle(now);
    return m_latency.settle(now, covered()) || errors;
}

void Experiment::takeEvidenceFrom(WallTime now) {
    m_errors.startAt(now);
    m_latency.startAt(now);
}

void Experiment::stop(WallTime time) {
    settle(time);
    takeEvidenceFrom(time); // of the newest seconds only the quick ones are told
    m_stopped = time;
    m_entities = {}; // only needed for what comes, and most of the memory
}

void Experiment::seenIn(GenerationNumber generation) {
    m_generation = std::max(m_generation, generation);
}

bool Experiment::isDeclaredLike(const EndpointSettings& settings) const {
    return settings.margin == m_settings.margin && settings.scoreMargin == m_settings.scoreMargin &&
           settings.budget == m_settings.budget && settings.clusterParameter == m_settings.clusterParameter &&
           settings.decision == m_settings.decision;
}

bool Experiment::decides() const {
    return !m_settings.decision.scoreOutput.empty() || m_decisions.any();
}

bool Experiment::covered() const {
    return m_coverage.mirrored > 0 && shareOf(m_coverage.matched, m_coverage.mirrored) >= kLeastCoverage;
}

Standing Experiment::standing() const {
    Standing standing;
    const stats::Bounds differing = m_decisions.differingBounds();
    if (m_decisions.units() > 0) {
        standing.agreement = 1 - shareOf(m_decisions.differing(), m_decisions.units());
    }
    standing.agreementInterval = {1 - differing.high, 1 - differing.low};
    if (m_scores.any()) {
        standing.meanDifference = m_scores.mean();
        standing.meanDifferenceInterval = m_scores.interval();
    }
    return standing;
}

AspectVerdicts Experiment::verdicts() const {
    return {m_decisions.finding().verdict(),
            m_scores.finding().verdict(),
            m_errors.finding().verdict(),
            m_latency.finding().verdict(),
            m_decisions.any(),
            m_scores.any(),
            covered()};
}

Comparison Experiment::snapshot(WallTime asOf, bool whole) const {
    Comparison comparison;
    comparison.experiment = m_id;
    comparison.endpoint = m_settings.name;
    comparison.production = m_pair.production;
    comparison.shadow = m_pair.shadow;
    comparison.started = m_started;
    comparison.stopped = m_stopped;
    comparison.asOf = asOf;
    comparison.alpha = kAlpha;
    comparison.margin = m_settings.margin;
    comparison.scoreMargin = m_settings.scoreMargin;
    comparison.verdict = overallVerdict(verdicts());
    comparison.reasons = reasons();
    comparison.pairsToVerdict = pairsToVerdict();
    comparison.coverage = m_coverage;
    comparison.clusters = m_units;
    comparison.noDecisions = !decides();
    m_decisions.fill(comparison);
    m_scores.fill(comparison);
    m_errors.fill(comparison);
    if (whole) {
        comparison.transitions = m_decisions.transitions();
        comparison.productionLatency = m_latency.production();
        comparison.shadowLatency = m_latency.shadow();
        comparison.scores = m_scores.bins();
        comparison.buckets = m_timeLine.buckets(standing());
    }
    return comparison;
}

std::optional<std::uint64_t> Experiment::pairsToVerdict() const {
    if (m_units < kLeastUnits || m_freshness < kLeastFreshness || !covered() ||
        overallVerdict(verdicts()) != Verdict::CannotTellYet) {
        return std::nullopt;
    }
    std::vector<std::optional<stats::Forecast>> forecasts;
    const auto add = [&](const Finding& finding, std::optional<stats::Forecast> forecast) {
        const bool settled = finding.verdict() == Verdict::Equivalent;
        forecasts.push_back(settled ? stats::Forecast{0, false} : forecast);
    };
    if (m_decisions.any()) {
        add(m_decisions.finding(), stats::forecastRate(m_decisions.differing(), m_decisions.units(),
                                                       m_decisions.margin(), kAlphaDecisions, m_decisions.margin()));
    }
    if (m_scores.any()) {
        add(m_scores.finding(), stats::forecastMean(m_scores.units(), m_scores.mean(), m_scores.deviation(),
                                                    m_scores.margin(), kAlphaScores, m_scores.scale()));
    }
    // One aspect that will differ settles the whole; equivalence has to wait for the last.
    std::optional<std::uint64_t> different;
    std::optional<std::uint64_t> equivalent = 0;
    for (const auto& forecast : forecasts) {
        if (!forecast) {
            equivalent.reset();
        } else if (forecast->above) {
            different = std::min(different.value_or(forecast->more), forecast->more);
        } else if (equivalent) {
            equivalent = std::max(*equivalent, forecast->more);
        }
    }
    const std::optional<std::uint64_t> units = different ? different : equivalent;
    if (!units || *units > kFarthestForecast * m_units) {
        return std::nullopt;
    }
    return static_cast<std::uint64_t>(std::ceil(static_cast<double>(*units) / m_freshness));
}

std::vector<VerdictReason> Experiment::reasons() const {
    std::vector<VerdictReason> reasons;
    if (m_coverage.mirrored > 0 && !covered()) {
        reasons.push_back(coverageReason());
    }
    reasons.push_back(decides() ? m_decisions.reason()
                                : VerdictReason{"decisions", Verdict::CannotTellYet,
                                                "no decisions declared: endpoint.toml names no output in [decision]"});
    if (m_scores.any()) {
        reasons.push_back(m_scores.reason());
    }
    reasons.push_back(m_errors.reason());
    reasons.push_back(m_latency.reason());
    if (covered()) {
        reasons.push_back(coverageReason());
    }
    return reasons;
}

VerdictReason Experiment::coverageReason() const {
    std::string text = percentText(shareOf(m_coverage.matched, m_coverage.mirrored)) + " of " +
                       countText(m_coverage.mirrored) + " mirrored requests became pairs";
    if (!covered()) {
        text += ", at least " + percentText(kLeastCoverage) + " is needed";
    }
    const char* separator = ": ";
    const auto add = [&](std::uint64_t count, const char* what) {
        if (count > 0) {
            text += separator + countText(count) + " " + what;
            separator = ", ";
        }
    };
    add(m_coverage.dropped, "dropped");
    add(m_coverage.failed, "failed");
    add(m_coverage.late, "late");
    add(m_coverage.lost, "lost with their worker");
    add(m_coverage.productionFailed, "without an answer of production");
    return {"coverage", Verdict::CannotTellYet, text};
}

void Experiment::save(ByteWriter& out) const {
    out.real(m_settings.margin);
    out.real(m_settings.scoreMargin);
    out.signedNumber(m_settings.budget.count());
    out.text(m_settings.clusterParameter);
    const DecisionRule& rule = m_settings.decision;
    out.text(rule.scoreOutput);
    out.signedNumber(rule.scoreColumn);
    out.real(rule.threshold);
    out.text(rule.positive);
    out.text(rule.negative);
    out.number(rule.classes.size());
    for (const std::string& name : rule.classes) {
        out.text(name);
    }
    out.number(m_pair.production.value);
    out.bytes(m_pair.productionDigest.bytes);
    out.number(m_pair.shadow.value);
    out.bytes(m_pair.shadowDigest.bytes);
    out.signedNumber(m_started.time_since_epoch().count());
    out.text(m_id.value);
    out.number(m_generation.value);
    out.byte(m_stopped ? 1 : 0);
    out.signedNumber(m_stopped ? m_stopped->time_since_epoch().count() : 0);
    saveCoverage(out, m_coverage);
    out.number(m_units);
    out.real(m_freshness);
    m_entities.save(out);
    m_decisions.save(out);
    m_scores.save(out);
    m_errors.save(out);
    m_latency.save(out);
    m_timeLine.save(out);
}

Experiment Experiment::load(const EndpointName& endpoint, ByteReader& in) {
    const auto time = [&] { return WallTime(std::chrono::microseconds(in.signedNumber())); };
    const auto digest = [&] {
        Digest read;
        const ByteView bytes = in.bytes();
        if (bytes.size() == read.bytes.size()) {
            std::copy(bytes.begin(), bytes.end(), read.bytes.begin());
        } else {
            in.fail();
        }
        return read;
    };
    EndpointSettings settings;
    settings.name = endpoint;
    settings.margin = in.real();
    settings.scoreMargin = in.real();
    settings.budget = std::chrono::milliseconds(in.signedNumber());
    if (settings.budget.count() < 0 || settings.budget > kLongestBudget) {
        settings.budget = {};
        in.fail();
    }
    settings.clusterParameter = in.text();
    DecisionRule& rule = settings.decision;
    rule.scoreOutput = in.text();
    rule.scoreColumn = in.signedNumber();
    rule.threshold = in.real();
    rule.positive = in.text();
    rule.negative = in.text();
    rule.classes.resize(in.count(kMostClasses));
    for (std::string& name : rule.classes) {
        name = in.text();
    }
    VersionPair pair;
    pair.production = VersionNumber(in.upTo(~0u));
    pair.productionDigest = digest();
    pair.shadow = VersionNumber(in.upTo(~0u));
    pair.shadowDigest = digest();
    const WallTime started = time();
    Experiment experiment(std::move(settings), pair, {}, started, 0);
    experiment.m_id = ExperimentId(in.text());
    experiment.m_generation = GenerationNumber(in.number());
    const bool stopped = in.upTo(1) == 1;
    const WallTime stoppedAt = time();
    experiment.m_stopped = stopped ? std::optional(stoppedAt) : std::nullopt;
    experiment.m_coverage = loadCoverage(in);
    experiment.m_units = in.number();
    experiment.m_freshness = in.real();
    experiment.m_entities = EntitySet::load(in);
    experiment.m_decisions.load(in);
    experiment.m_scores.load(in);
    experiment.m_errors.load(in);
    experiment.m_latency.load(in);
    experiment.m_timeLine = TimeLine::load(in);
    if (!(experiment.m_freshness >= 0 && experiment.m_freshness <= 1)) {
        in.fail();
    }
    return experiment;
}

} // namespace gnomon::monitor
