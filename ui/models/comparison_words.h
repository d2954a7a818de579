// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "backend/domain/comparison.h"
#include "ui/models/advice.h"

#include <optional>

namespace gnomon::ui {

// What a verdict asks of people; decides its shape and colour.
enum class VerdictTone { Calm, Watch, Act, Open };

// A comparison in words that somebody can act on who knows nothing but this.
struct VerdictWords {
    VerdictTone tone = VerdictTone::Open;
    QString shape;   // ● ◆ ▲ ○
    QString word;    // "Different"
    Advice advice;   // what to do, and who has proven itself in service
    QString because; // "v2 decides differently in 3.9 % of requests and answers slower."
    QString caveat;  // what cannot be known from this; may be empty
    QString outlook; // "About 2 300 more pairs until it can tell (about 6 min)."; empty when decided
};

// Without labels nothing here says that a version is more accurate: agreement, latency, errors and time in service are
// all that is known.
VerdictWords verdictWords(const Comparison& comparison, const Background& background);

// How the verdict came about, as rich text: each rule with its formula's name, its numbers and alpha.
QString verdictExplanation(const Comparison& comparison);

// Which way decisions flip and how strong the evidence is, for the line beneath the matrix.
QString flipText(const Comparison& comparison);

// What was found of one aspect; absent when there is no such finding.
std::optional<Verdict> aspectVerdict(const Comparison& comparison, std::string_view aspect);
// In the place of every share of agreement when there can be none.
QString noDecisionsText();
// "v1", "v2".
QString versionText(VersionNumber version);
// matched / mirrored; absent before anything was mirrored.
std::optional<double> coverageShare(const Coverage& coverage);
// Where the mirrored requests went that have no pair: "12 dropped, 3 late"; empty when there are none.
QString coverageLosses(const Coverage& coverage);
// Pairs per second over the newest complete buckets; absent when it is not known.
std::optional<double> pairRate(const Comparison& comparison);

} // namespace gnomon::ui
