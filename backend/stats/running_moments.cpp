// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/stats/running_moments.h"

#include <cmath>

namespace gnomon::stats {

void RunningMoments::add(double value) {
    ++m_count;
    const double before = value - m_mean;
    m_mean += before / static_cast<double>(m_count);
    m_squares += before * (value - m_mean);
}

void RunningMoments::merge(const RunningMoments& other) {
    if (other.m_count == 0) {
        return;
    }
    const auto mine = static_cast<double>(m_count);
    const auto theirs = static_cast<double>(other.m_count);
    const double apart = other.m_mean - m_mean;
    m_mean += apart * theirs / (mine + theirs);
    m_squares += other.m_squares + apart * apart * mine * theirs / (mine + theirs);
    m_count += other.m_count;
}

double RunningMoments::variance() const {
    return m_count < 2 ? 0 : m_squares / static_cast<double>(m_count - 1);
}

void RunningMoments::save(ByteWriter& out) const {
    out.number(m_count);
    out.real(m_mean);
    out.real(m_squares);
}

RunningMoments RunningMoments::load(ByteReader& in) {
    RunningMoments moments;
    moments.m_count = in.number();
    moments.m_mean = in.real();
    moments.m_squares = in.real();
    if (!std::isfinite(moments.m_mean) || !std::isfinite(moments.m_squares) || moments.m_squares < 0) {
        in.fail();
    }
    return moments;
}

} // namespace gnomon::stats
