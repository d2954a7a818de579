// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/monitor/time_line.h"

#include <cmath>

namespace gnomon::monitor {

namespace {

void write(TimeBucket& bucket, const Standing& standing) {
    bucket.agreementSoFar = standing.agreement;
    bucket.agreementInterval = standing.agreementInterval;
    bucket.meanDifferenceSoFar = standing.meanDifference;
    bucket.meanDifferenceInterval = standing.meanDifferenceInterval;
}

} // namespace

void saveCoverage(ByteWriter& out, const Coverage& coverage) {
    for (const std::uint64_t value : {coverage.requests, coverage.mirrored, coverage.matched, coverage.dropped,
                                      coverage.failed, coverage.late, coverage.lost, coverage.productionFailed}) {
        out.number(value);
    }
}

Coverage loadCoverage(ByteReader& in) {
    Coverage coverage;
    for (std::uint64_t* value : {&coverage.requests, &coverage.mirrored, &coverage.matched, &coverage.dropped,
                                 &coverage.failed, &coverage.late, &coverage.lost, &coverage.productionFailed}) {
        *value = in.number();
    }
    return coverage;
}

WallTime TimeLine::bucketStart(WallTime time) const {
    const std::int64_t length = std::chrono::microseconds(m_length).count();
    const std::int64_t micros = time.time_since_epoch().count();
    return WallTime(std::chrono::microseconds(micros - micros % length));
}

bool TimeLine::startsBucket(WallTime time) const {
    return m_buckets.empty() || time >= m_buckets.back().start + m_length;
}

void TimeLine::close(const Standing& standing) {
    if (!m_buckets.empty()) {
        write(m_buckets.back(), standing);
    }
}

void TimeLine::add(WallTime time, const Coverage& counted, bool agreeing) {
    if (startsBucket(time)) {
        while (m_buckets.size() >= kMostBuckets) {
            coarsen();
        }
    }
    if (startsBucket(time)) {
        TimeBucket bucket;
        bucket.start = bucketStart(time);
        bucket.length = m_length;
        m_buckets.push_back(bucket);
    }
    TimeBucket& bucket = m_buckets.back();
    bucket.coverage += counted;
    bucket.agreeing += agreeing ? 1 : 0;
}

void TimeLine::coarsen() {
    m_length *= 2;
    std::vector<TimeBucket> merged;
    for (TimeBucket& bucket : m_buckets) {
        bucket.start = bucketStart(bucket.start);
        bucket.length = m_length;
        if (!merged.empty() && merged.back().start == bucket.start) {
            // The later one knows the standing at the end of both.
            bucket.coverage += merged.back().coverage;
            bucket.agreeing += merged.back().agreeing;
            merged.back() = bucket;
        } else {
            merged.push_back(bucket);
        }
    }
    m_buckets = std::move(merged);
}

std::vector<TimeBucket> TimeLine::buckets(const Standing& now) const {
    std::vector<TimeBucket> all = m_buckets;
    if (!all.empty()) {
        write(all.back(), now);
    }
    return all;
}

void TimeLine::save(ByteWriter& out) const {
    out.signedNumber(m_length.count());
    out.number(m_buckets.size());
    for (const TimeBucket& bucket : m_buckets) {
        out.signedNumber(bucket.start.time_since_epoch().count());
        saveCoverage(out, bucket.coverage);
        out.number(bucket.agreeing);
        for (const double value :
             {bucket.agreementSoFar, bucket.agreementInterval.low, bucket.agreementInterval.high,
              bucket.meanDifferenceSoFar, bucket.meanDifferenceInterval.low, bucket.meanDifferenceInterval.high}) {
            out.real(value);
        }
    }
}

TimeLine TimeLine::load(ByteReader& in) {
    TimeLine line;
    line.m_length = std::chrono::seconds(in.signedNumber());
    line.m_buckets.resize(in.count(kMostBuckets));
    for (TimeBucket& bucket : line.m_buckets) {
        bucket.start = WallTime(std::chrono::microseconds(in.signedNumber()));
        bucket.length = line.m_length;
        bucket.coverage = loadCoverage(in);
        bucket.agreeing = in.number();
        for (double* value :
             {&bucket.agreementSoFar, &bucket.agreementInterval.low, &bucket.agreementInterval.high,
              &bucket.meanDifferenceSoFar, &bucket.meanDifferenceInterval.low, &bucket.meanDifferenceInterval.high}) {
            *value = in.real();
            if (!std::isfinite(*value)) {
                in.fail();
            }
        }
    }
    // A century is longer than any experiment; beyond it the arithmetic of time could overflow.
    if (line.m_length < kShortest || line.m_length > std::chrono::hours(24 * 36525)) {
        in.fail();
    }
    return line;
}

} // namespace gnomon::monitor
