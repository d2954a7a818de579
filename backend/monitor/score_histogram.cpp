// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/monitor/score_histogram.h"

#include <algorithm>
#include <cmath>

namespace gnomon::monitor {

namespace {

// Keeps the doubling short and its arithmetic finite; nothing real scores beyond.
constexpr double kLargest = 1e100;

} // namespace

void ScoreHistogram::add(double production, double shadow) {
    const Pair pair{std::clamp(production, -kLargest, kLargest), std::clamp(shadow, -kLargest, kLargest)};
    if (!settled()) {
        m_first.push_back(pair);
        if (m_first.size() == kSettleAfter) {
            settle();
        }
        return;
    }
    // First make room for both, then count: widening moves the bins.
    widenTo(pair.production);
    widenTo(pair.shadow);
    ++binOf(pair.production).production;
    ++binOf(pair.shadow).shadow;
}

double ScoreHistogram::span() const {
    if (settled()) {
        return m_high - m_low;
    }
    ScoreHistogram copy = *this;
    copy.settle();
    return copy.m_high - copy.m_low;
}

std::vector<Bin> ScoreHistogram::bins() const {
    if (!settled()) {
        if (m_first.empty()) {
            return {};
        }
        ScoreHistogram copy = *this;
        copy.settle();
        return copy.bins();
    }
    std::vector<Bin> bins(kBins);
    const double width = (m_high - m_low) / static_cast<double>(kBins);
    for (std::size_t i = 0; i < kBins; ++i) {
        bins[i] = {m_low + width * static_cast<double>(i), m_low + width * static_cast<double>(i + 1),
                   m_counts[i].production, m_counts[i].shadow};
    }
    return bins;
}

void ScoreHistogram::settle() {
    m_low = 0;
    m_high = 1;
    double low = 0;
    double high = 1;
    if (!m_first.empty()) {
        low = high = m_first.front().production;
    }
    for (const Pair& pair : m_first) {
        low = std::min({low, pair.production, pair.shadow});
        high = std::max({high, pair.production, pair.shadow});
    }
    if (low < 0 || high > 1) {
        // A single value still needs a range around it.
        const double room = high > low ? 0 : std::max(0.5, std::abs(low) / 2);
        m_low = low - room;
        m_high = high + room;
    }
    const std::vector<Pair> pairs = std::exchange(m_first, {});
    for (const Pair& pair : pairs) {
        ++binOf(pair.production).production;
        ++binOf(pair.shadow).shadow;
    }
}

void ScoreHistogram::widenTo(double score) {
    while (score < m_low || score > m_high) {
        const double width = m_high - m_low;
        const bool down = score < m_low;
        (down ? m_low : m_high) += down ? -width : width;
        const std::array<Counts, kBins> before = std::exchange(m_counts, {});
        for (std::size_t i = 0; i < kBins; ++i) {
            Counts& into = m_counts[(down ? kBins : 0) / 2 + i / 2];
            into.production += before[i].production;
            into.shadow += before[i].shadow;
        }
    }
}

ScoreHistogram::Counts& ScoreHistogram::binOf(double score) {
    const double place = (score - m_low) / (m_high - m_low) * static_cast<double>(kBins);
    return m_counts[std::min(static_cast<std::size_t>(std::max(place, 0.0)), kBins - 1)];
}

void ScoreHistogram::save(ByteWriter& out) const {
    out.real(m_low);
    out.real(m_high);
    for (const Counts& counts : m_counts) {
        out.number(counts.production);
        out.number(counts.shadow);
    }
    out.number(m_first.size());
    for (const Pair& pair : m_first) {
        out.real(pair.production);
        out.real(pair.shadow);
    }
}

ScoreHistogram ScoreHistogram::load(ByteReader& in) {
    ScoreHistogram histogram;
    histogram.m_low = in.real();
    histogram.m_high = in.real();
    for (Counts& counts : histogram.m_counts) {
        counts.production = in.number();
        counts.shadow = in.number();
    }
    histogram.m_first.resize(in.count(kSettleAfter - 1));
    for (Pair& pair : histogram.m_first) {
        pair.production = in.real();
        pair.shadow = in.real();
        if (!std::isfinite(pair.production) || !std::isfinite(pair.shadow)) {
            in.fail();
        }
    }
    if (!std::isfinite(histogram.m_low) || !std::isfinite(histogram.m_high) || histogram.m_high < histogram.m_low) {
        in.fail();
    }
    return histogram;
}

} // namespace gnomon::monitor
