// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <prometheus/metric_family.h>

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gnomon::node {

// One metric with all its label sets, being filled. Values of labels come from configuration, from the repository or
// from a fixed list, never from a caller: their number is bounded.
class Family {
public:
    using Labels = std::vector<std::pair<std::string, std::string>>;

    explicit Family(prometheus::MetricFamily& family) : m_family(family) {}

    void add(const Labels& labels, double value);
    void add(const Labels& labels, std::uint64_t value) { add(labels, static_cast<double>(value)); }
    // One sample per state, 1 for the one it is in; the state's name is the label `label`.
    void addStates(const Labels& labels, const std::string& label, std::span<const std::string_view> states,
                   std::string_view now);
    // counts: as many as bounds, not cumulative, and a last one for what is above.
    void addHistogram(const Labels& labels, std::span<const double> bounds, std::span<const std::uint64_t> counts,
                      double sum);

private:
    prometheus::ClientMetric& next(const Labels& labels);

    prometheus::MetricFamily& m_family;
};

// What one scrape answers, in the order it was asked for.
class Families {
public:
    Family counter(std::string name, std::string help);
    Family gauge(std::string name, std::string help);
    Family histogram(std::string name, std::string help);
    // Families without a sample are left out.
    std::vector<prometheus::MetricFamily> take();

private:
    Family make(std::string name, std::string help, prometheus::MetricType type);

    std::deque<prometheus::MetricFamily> m_families; // stays in place while Family objects point into it
};

} // namespace gnomon::node
