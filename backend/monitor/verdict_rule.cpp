// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/monitor/verdict_rule.h"

namespace gnomon::monitor {

namespace {

Verdict answersOf(const AspectVerdicts& aspects) {
    if (!aspects.covered || (!aspects.hasDecisions && !aspects.hasScores)) {
        return Verdict::CannotTellYet;
    }
    if (aspects.decisions == Verdict::Conflicting || aspects.scores == Verdict::Conflicting) {
        return Verdict::Conflicting;
    }
    if (aspects.decisions == Verdict::Different || aspects.scores == Verdict::Different) {
        return Verdict::Different;
    }
    const bool decisions = !aspects.hasDecisions || aspects.decisions == Verdict::Equivalent;
    const bool scores = !aspects.hasScores || aspects.scores == Verdict::Equivalent;
    return decisions && scores ? Verdict::Equivalent : Verdict::CannotTellYet;
}

Verdict runningOf(const AspectVerdicts& aspects) {
    // Errors are known even where pairs are missing; latency is known of the pairs alone.
    const Verdict latency = aspects.covered ? aspects.latency : Verdict::CannotTellYet;
    if (aspects.errors == Verdict::CannotTellYet || aspects.errors == latency) {
        return latency;
    }
    return latency == Verdict::CannotTellYet ? aspects.errors : Verdict::Conflicting;
}

} // namespace

void Finding::note(Verdict found, std::uint64_t units) {
    if (found == Verdict::CannotTellYet || found == m_verdict || m_verdict == Verdict::Conflicting) {
        return;
    }
    m_verdict = m_verdict == Verdict::CannotTellYet ? found : Verdict::Conflicting;
    m_units = units;
}

void Finding::save(ByteWriter& out) const {
    out.byte(static_cast<std::uint8_t>(m_verdict));
    out.number(m_units);
}

Finding Finding::load(ByteReader& in) {
    Finding finding;
    finding.m_verdict = static_cast<Verdict>(in.upTo(static_cast<unsigned>(Verdict::Conflicting)));
    finding.m_units = in.number();
    return finding;
}

Verdict overallVerdict(const AspectVerdicts& aspects) {
    const Verdict answers = answersOf(aspects);
    const Verdict running = runningOf(aspects);
    if (answers == Verdict::Conflicting || running == Verdict::Conflicting) {
        return Verdict::Conflicting;
    }
    if (running == Verdict::Worse) {
        return answers == Verdict::Equivalent ? Verdict::Conflicting : Verdict::Worse;
    }
    if (running == Verdict::Better && answers != Verdict::CannotTellYet) {
        return answers == Verdict::Different ? Verdict::Conflicting : Verdict::Better;
    }
    return answers;
}

} // namespace gnomon::monitor
