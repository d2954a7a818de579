// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimeZone>

#include "backend/domain/comparison.h"
#include "backend/domain/version.h"
#include "ui/widgets/chart_data.h"

namespace gnomon::ui {

// What each chart of the comparison shows, made of the comparison alone.

// Agreement per bucket and over the experiment so far, with its always-valid band and the margin. The axis starts at a
// sensible floor, and says so.
ChartData agreementChart(const Comparison& comparison, const QTimeZone& zone);
// Both versions at the median and in the tail, on a logarithmic axis.
ChartData latencyChart(const Comparison& comparison);
// The share of requests per score, both versions; with the threshold where one decides.
ChartData scoreChart(const Comparison& comparison, const DecisionRule& rule);
// The mean paired difference of scores so far, with its band, between the margins.
ChartData differenceChart(const Comparison& comparison, const QTimeZone& zone);

// The stretch of time that a bucket covers.
std::pair<WallTime, WallTime> bucketSpan(const TimeBucket& bucket);
double chartTime(WallTime time);
WallTime wallTime(double chartTime);

} // namespace gnomon::ui
