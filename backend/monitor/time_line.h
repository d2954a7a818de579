// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/byte_codec.h"
#include "backend/domain/comparison.h"

#include <vector>

namespace gnomon::monitor {

// What is known of the whole experiment at one moment; the end point of a bucket.
struct Standing {
    double agreement = 0;
    Interval agreementInterval;
    double meanDifference = 0;
    Interval meanDifferenceInterval;
};

void saveCoverage(ByteWriter& out, const Coverage& coverage);
Coverage loadCoverage(ByteReader& in);

// The experiment over time in at most kMostBuckets buckets of equal length. When one more would be needed, the length
// doubles and neighbours merge, so that a long experiment keeps its whole course in the same memory. Stretches without
// requests have no bucket. Not thread-safe.
class TimeLine {
public:
    static constexpr std::size_t kMostBuckets = 240;
    static constexpr std::chrono::seconds kShortest{2};

    // True when a request at that time begins a new bucket: then close() what was before.
    bool startsBucket(WallTime time) const;
    // Writes the standing into the bucket that was filling.
    void close(const Standing& standing);
    // Counts what became of a request. Times that run backward fall into the newest bucket.
    void add(WallTime time, const Coverage& counted, bool agreeing);

    std::vector<TimeBucket> buckets(const Standing& now) const;

    void save(ByteWriter& out) const;
    static TimeLine load(ByteReader& in);

private:
    WallTime bucketStart(WallTime time) const;
    void coarsen();

    std::chrono::seconds m_length = kShortest;
    std::vector<TimeBucket> m_buckets;
};

} // namespace gnomon::monitor
