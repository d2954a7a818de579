// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/metrics/families.h"

#include <limits>

namespace gnomon::node {

prometheus::ClientMetric& Family::next(const Labels& labels) {
    prometheus::ClientMetric& metric = m_family.metric.emplace_back();
    for (const auto& [name, value] : labels) {
        metric.label.push_back({name, value});
    }
    return metric;
}

void Family::add(const Labels& labels, double value) {
    prometheus::ClientMetric& metric = next(labels);
    metric.counter.value = value;
    metric.gauge.value = value;
}

void Family::addStates(const Labels& labels, const std::string& label, std::span<const std::string_view> states,
                       std::string_view now) {
    for (const std::string_view state : states) {
        Labels all = labels;
        all.emplace_back(label, state);
        add(all, state == now ? 1.0 : 0.0);
    }
}

void Family::addHistogram(const Labels& labels, std::span<const double> bounds, std::span<const std::uint64_t> counts,
                          double sum) {
    prometheus::ClientMetric::Histogram& histogram = next(labels).histogram;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        histogram.sample_count += counts[i];
        const double bound = i < bounds.size() ? bounds[i] : std::numeric_limits<double>::infinity();
        histogram.bucket.push_back({histogram.sample_count, bound});
    }
    histogram.sample_sum = sum;
}

Family Families::make(std::string name, std::string help, prometheus::MetricType type) {
    return Family(m_families.emplace_back(prometheus::MetricFamily{std::move(name), std::move(help), type, {}}));
}

Family Families::counter(std::string name, std::string help) {
    return make(std::move(name), std::move(help), prometheus::MetricType::Counter);
}

Family Families::gauge(std::string name, std::string help) {
    return make(std::move(name), std::move(help), prometheus::MetricType::Gauge);
}

Family Families::histogram(std::string name, std::string help) {
    return make(std::move(name), std::move(help), prometheus::MetricType::Histogram);
}

std::vector<prometheus::MetricFamily> Families::take() {
    std::vector<prometheus::MetricFamily> all;
    for (prometheus::MetricFamily& family : m_families) {
        if (!family.metric.empty()) {
            all.push_back(std::move(family));
        }
    }
    m_families.clear();
    return all;
}

} // namespace gnomon::node
