// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/compare/compare_charts.h"

#include "ui/models/comparison_words.h"
#include "ui/models/evidence_format.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("gnomon::ui::CompareCharts", text);
}

// A bucket of a handful of pairs, such as the newest one when it has just begun, tells nothing by itself.
bool tells(const TimeBucket& bucket) {
    constexpr std::uint64_t kHandful = 10;
    return bucket.coverage.matched >= kHandful;
}

double agreementOf(const TimeBucket& bucket) {
    return static_cast<double>(bucket.agreeing) / static_cast<double>(bucket.coverage.matched);
}

QString rangeText(double low, double high, QString (*number)(double), QString (*last)(double)) {
    return number(low) + tr(" to ") + last(high);
}

// The largest "round" share that is below everything that must be seen; early, wide intervals may leave the picture.
double agreementFloor(const Comparison& c) {
    double low = 1 - c.margin;
    for (const TimeBucket& bucket : c.buckets) {
        if (bucket.coverage.matched > 0) {
            low = std::min({low, tells(bucket) ? agreementOf(bucket) : low, bucket.agreementSoFar});
        }
    }
    if (!c.buckets.empty()) {
        low = std::min(low, c.buckets.back().agreementInterval.low);
    }
    const double room = (1 - low) * 1.15;
    for (const double step : {0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5}) {
        if (room <= step * 5) {
            return std::max(0.0, 1 - std::ceil(room / step) * step);
        }
    }
    return 0;
}

// Where the mirrored requests of each bucket went that have no pair.
ChartStrip coverageStrip(const Comparison& c) {
    ChartStrip strip{tr("pairs"),
                     {{tr("dropped"), ChartRole::Alarm, Qt::SolidPattern},
                      {tr("late"), ChartRole::Alarm, Qt::Dense4Pattern},
                      {tr("failed"), ChartRole::Alarm, Qt::DiagCrossPattern},
                      {tr("production failed"), ChartRole::Quiet, Qt::DiagCrossPattern}},
                     {}};
    for (const TimeBucket& bucket : c.buckets) {
        const Coverage& coverage = bucket.coverage;
        if (coverage.mirrored > 0) {
            const auto share = [&](std::uint64_t n) {
                return static_cast<double>(n) / static_cast<double>(coverage.mirrored);
            };
            const auto [from, to] = bucketSpan(bucket);
            strip.steps.append({chartTime(from),
                                chartTime(to),
                                {share(coverage.dropped), share(coverage.late), share(coverage.failed + coverage.lost),
                                 share(coverage.productionFailed)}});
        }
    }
    return strip;
}

// Where the line that ends with this bucket must not go on to the next: there were no pairs for a while that can be
// seen.
bool breaksAfter(const Comparison& c, std::size_t bucket, std::size_t next) {
    constexpr int kSeen = 100; // th part of the whole time
    const auto whole = bucketSpan(c.buckets.back()).second - c.buckets.front().start;
    const auto without = c.buckets[next].start - bucketSpan(c.buckets[bucket]).second;
    return without > without.zero() && without * kSeen >= whole;
}

// The buckets that have pairs, in unbroken stretches.
std::vector<std::vector<const TimeBucket*>> stretchesOf(const Comparison& c) {
    std::vector<std::vector<const TimeBucket*>> stretches;
    std::optional<std::size_t> last;
    for (std::size_t i = 0; i < c.buckets.size(); ++i) {
        if (c.buckets[i].coverage.matched > 0) {
            if (!last || breaksAfter(c, *last, i)) {
                stretches.emplace_back();
            }
            stretches.back().push_back(&c.buckets[i]);
            last = i;
        }
    }
    return stretches;
}

// A part of a broken line or band; the first one carries the name.
template <class Series>
Series partOf(Series part, bool first) {
    if (!first) {
        part.name.clear();
    }
    return part;
}

void append(QList<ChartLine>& lines, ChartLine part) {
    part.dots = part.points.size() == 1; // or nothing would be seen of it
    if (!part.points.isEmpty()) {
        lines.append(std::move(part));
    }
}

const LatencyPoint* atQuantile(const std::vector<LatencyPoint>& points, double quantile) {
    const auto found = std::find_if(points.begin(), points.end(), [quantile](const LatencyPoint& point) {
        return std::abs(point.quantile - quantile) < 1e-6 && point.seconds > 0;
    });
    return found == points.end() ? nullptr : &*found;
}

QString binText(const Bin& bin) {
    return QString::number(bin.low, 'g', 4) + tr(" to ") + QString::number(bin.high, 'g', 4);
}

} // namespace

double chartTime(WallTime time) {
    return static_cast<double>(std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count());
}

WallTime wallTime(double at) {
    return WallTime(std::chrono::milliseconds(static_cast<std::int64_t>(at)));
}

std::pair<WallTime, WallTime> bucketSpan(const TimeBucket& bucket) {
    return {bucket.start, bucket.start + bucket.length};
}

namespace {

ChartRow agreementRow(const TimeBucket& bucket, const QTimeZone& zone) {
    const WallTime end = bucketSpan(bucket).second;
    const Interval& interval = bucket.agreementInterval;
    const std::optional<double> covered = coverageShare(bucket.coverage);
    const QString losses = coverageLosses(bucket.coverage);
    return {chartTime(end),
            bucket.agreementSoFar,
            {clockText(end, zone), shareText(agreementOf(bucket)), shareText(bucket.agreementSoFar),
             rangeText(interval.low, interval.high, shareNumber, shareText), countText(bucket.coverage.matched),
             covered ? shareText(*covered) : u"–"_s, losses.isEmpty() ? tr("none") : losses}};
}

} // namespace

ChartData agreementChart(const Comparison& c, const QTimeZone& zone) {
    ChartData chart;
    chart.x.scale = ChartScale::Time;
    chart.x.zone = zone;
    chart.x.selectable = true;
    chart.y.unit = ChartUnit::Percent;
    chart.columns = {tr("Until"), tr("This bucket"), tr("So far"),        tr("Interval"),
                     tr("Pairs"), tr("Coverage"),    tr("Without a pair")};
    const ChartLine bucketLine{tr("per bucket"), ChartRole::Quiet, ChartStroke::Solid, {}, false};
    const ChartLine soFar{tr("so far"), ChartRole::Reference, ChartStroke::Solid, {}, false};
    const ChartBand band{tr("always-valid band"), ChartRole::Reference, {}, {}};
    if (c.noDecisions) {
        chart.note = noDecisionsText();
        chart.summary = chart.note;
        return chart;
    }
    bool below = false;
    QList<ChartLine> sofar;
    for (const auto& stretch : stretchesOf(c)) {
        ChartLine bucketPart = partOf(bucketLine, chart.lines.isEmpty());
        ChartLine soFarPart = partOf(soFar, sofar.isEmpty());
        ChartBand bandPart = partOf(band, chart.bands.isEmpty());
        for (const TimeBucket* at : stretch) {
            const TimeBucket& bucket = *at;
            const double x = chartTime(bucketSpan(bucket).second);
            const Interval& interval = bucket.agreementInterval;
            if (tells(bucket)) {
                bucketPart.points.append({x, agreementOf(bucket)});
            }
            soFarPart.points.append({x, bucket.agreementSoFar});
            bandPart.lower.append({x, interval.low});
            bandPart.upper.append({x, interval.high});
            const bool different = interval.high < 1 - c.margin;
            if (different && !below) {
                chart.marks.append({{x, bucket.agreementSoFar}});
                chart.markName = tr("beyond the margin");
            }
            below = different;
            chart.rows.append(agreementRow(bucket, zone));
        }
        append(chart.lines, std::move(bucketPart));
        append(sofar, std::move(soFarPart));
        chart.bands.append(std::move(bandPart));
    }
    chart.lines += sofar;
    chart.strip = coverageStrip(c);
    chart.levels = {{tr("margin %1").arg(roundShareText(c.margin)), ChartRole::Alarm, 1 - c.margin}};
    const double floor = agreementFloor(c);
    chart.y.low = floor;
    chart.y.high = 1;
    if (chart.rows.isEmpty()) {
        chart.note = tr("No pairs yet");
    } else if (floor > 0) {
        chart.note = tr("axis starts at %1").arg(roundShareText(floor));
    }
    chart.summary = tr("Agreement so far %1, interval %2, margin line at %3.")
                        .arg(shareText(c.agreement),
                             rangeText(c.agreementInterval.low, c.agreementInterval.high, shareNumber, shareText),
                             shareText(1 - c.margin));
    return chart;
}

ChartData latencyChart(const Comparison& c) {
    struct Stop {
        double quantile;
        const char* name;
    };
    constexpr std::array<Stop, 4> kStops = {{{0.5, "p50"}, {0.9, "p90"}, {0.99, "p99"}, {0.999, "p99.9"}}};
    ChartData chart;
    chart.x.scale = ChartScale::Category;
    chart.y.unit = ChartUnit::Seconds;
    chart.y.logarithmic = true;
    const QString v1 = versionText(c.production);
    const QString v2 = versionText(c.shadow);
    chart.columns = {tr("Percentile"), v1, v2, tr("Ratio")};
    ChartLine production{v1, ChartRole::Reference, ChartStroke::Solid, {}, true};
    ChartLine shadow{v2, ChartRole::Candidate, ChartStroke::Dashed, {}, true};
    for (const Stop& stop : kStops) {
        const double x = -std::log10(1 - stop.quantile);
        const LatencyPoint* a = atQuantile(c.productionLatency, stop.quantile);
        const LatencyPoint* b = atQuantile(c.shadowLatency, stop.quantile);
        const QString name = QString::fromUtf8(stop.name);
        chart.x.categories.append({x, name});
        if (a != nullptr) {
            production.points.append({x, a->seconds});
        }
        if (b != nullptr) {
            shadow.points.append({x, b->seconds});
        }
        if (a != nullptr || b != nullptr) {
            chart.rows.append({x,
                               b != nullptr ? b->seconds : a->seconds,
                               {name, a ? latencyText(a->seconds) : u"–"_s, b ? latencyText(b->seconds) : u"–"_s,
                                a && b ? timesText(b->seconds / a->seconds) : u"–"_s}});
        }
    }
    if (chart.rows.isEmpty()) {
        chart.x.categories.clear();
        chart.note = tr("No latencies yet");
        return chart;
    }
    chart.lines = {production, shadow};
    const ChartRow& tail = chart.rows.size() > 2 ? chart.rows[2] : chart.rows.back();
    chart.note = shadow.points.isEmpty() ? tr("no request of the shadow ran singly yet") : tr("singly run requests");
    chart.summary =
        tr("Latency at %1: %2 takes %3, %4 takes %5.").arg(tail.cells[0], v1, tail.cells[1], v2, tail.cells[2]);
    return chart;
}

ChartData scoreChart(const Comparison& c, const DecisionRule& rule) {
    ChartData chart;
    chart.y.unit = ChartUnit::Percent;
    chart.y.low = 0;
    const QString v1 = versionText(c.production);
    const QString v2 = versionText(c.shadow);
    chart.columns = {tr("Score"), v1, v2};
    std::uint64_t productionTotal = 0;
    std::uint64_t shadowTotal = 0;
    for (const Bin& bin : c.scores) {
        productionTotal += bin.production;
        shadowTotal += bin.shadow;
    }
    if (productionTotal == 0 && shadowTotal == 0) {
        chart.note = c.hasScores ? tr("No scores yet") : tr("These versions give no scores");
        return chart;
    }
    const auto share = [](std::uint64_t n, std::uint64_t total) {
        return total == 0 ? 0.0 : static_cast<double>(n) / static_cast<double>(total);
    };
    ChartLine production{v1, ChartRole::Reference, ChartStroke::Solid, {}, false};
    ChartLine shadow{v2, ChartRole::Candidate, ChartStroke::Dashed, {}, false};
    ChartBand fill{{}, ChartRole::Reference, {}, {}};
    for (const Bin& bin : c.scores) {
        const double a = share(bin.production, productionTotal);
        const double b = share(bin.shadow, shadowTotal);
        for (const double x : {bin.low, bin.high}) {
            production.points.append({x, a});
            shadow.points.append({x, b});
            fill.lower.append({x, 0});
            fill.upper.append({x, a});
        }
        chart.rows.append({(bin.low + bin.high) / 2, b, {binText(bin), shareText(a), shareText(b)}});
    }
    chart.lines = {production, shadow};
    chart.bands = {fill};
    if (rule.classes.empty() && !c.scores.empty() && rule.threshold > c.scores.front().low &&
        rule.threshold < c.scores.back().high) {
        chart.guides = {{tr("threshold %1").arg(rule.threshold), rule.threshold}};
    }
    chart.note = tr("share of requests");
    chart.summary = tr("Scores of %1 and %2 in %3 bins from %4 to %5.")
                        .arg(v1, v2)
                        .arg(c.scores.size())
                        .arg(c.scores.front().low)
                        .arg(c.scores.back().high);
    return chart;
}

ChartData differenceChart(const Comparison& c, const QTimeZone& zone) {
    ChartData chart;
    chart.x.scale = ChartScale::Time;
    chart.x.zone = zone;
    chart.x.selectable = true;
    chart.y.unit = ChartUnit::SignedNumber;
    chart.columns = {tr("Until"), tr("Mean difference"), tr("Interval")};
    if (!c.hasScores) {
        chart.note = tr("These versions give no scores");
        return chart;
    }
    const ChartLine mean{tr("%1 − %2, so far").arg(versionText(c.shadow), versionText(c.production)),
                         ChartRole::Candidate,
                         ChartStroke::Dashed,
                         {},
                         false};
    const ChartBand band{tr("always-valid band"), ChartRole::Candidate, {}, {}};
    for (const auto& stretch : stretchesOf(c)) {
        ChartLine meanPart = partOf(mean, chart.lines.isEmpty());
        ChartBand bandPart = partOf(band, chart.bands.isEmpty());
        for (const TimeBucket* bucket : stretch) {
            const double x = chartTime(bucketSpan(*bucket).second);
            const Interval& interval = bucket->meanDifferenceInterval;
            meanPart.points.append({x, bucket->meanDifferenceSoFar});
            bandPart.lower.append({x, interval.low});
            bandPart.upper.append({x, interval.high});
            chart.rows.append(
                {x,
                 bucket->meanDifferenceSoFar,
                 {clockText(bucketSpan(*bucket).second, zone), differenceText(bucket->meanDifferenceSoFar),
                  rangeText(interval.low, interval.high, differenceText, differenceText)}});
        }
        append(chart.lines, std::move(meanPart));
        chart.bands.append(std::move(bandPart));
    }
    if (chart.rows.isEmpty()) {
        chart.note = tr("No pairs yet");
        return chart;
    }
    chart.levels = {{tr("+ margin"), ChartRole::Alarm, c.scoreMargin},
                    {{}, ChartRole::Quiet, 0},
                    {tr("− margin"), ChartRole::Alarm, -c.scoreMargin}};
    // The first intervals are wide; the picture is about where it settled.
    const Interval& last = c.buckets.back().meanDifferenceInterval;
    const double reach = 1.3 * std::max({c.scoreMargin, std::abs(last.low), std::abs(last.high)});
    chart.y.low = -reach;
    chart.y.high = reach;
    chart.summary =
        tr("Mean score difference so far %1, interval %2, margin ±%3.")
            .arg(differenceText(c.meanDifference),
                 rangeText(c.meanDifferenceInterval.low, c.meanDifferenceInterval.high, differenceText, differenceText))
            .arg(c.scoreMargin);
    return chart;
}

} // namespace gnomon::ui
