// SPDX-License-Identifier: GPL-3.0-or-later
// Private to backend/store.
#pragma once

#include "backend/base/token_bucket.h"
#include "backend/domain/exchange.h"
#include "backend/store/exchange_codec.h"

#include <unordered_map>

namespace gnomon::store {

// An exchange that somebody may ask about: not answered, substituted, a version that failed or was late, versions that
// disagree. The others are ordinary.
bool isNotable(const Exchange& exchange, const PairColumns& pair);

// Which exchanges get a row when more come than anybody will ever read: the notable ones, and of the ordinary ones of
// each endpoint so many a second. A value; not thread-safe.
class ExchangeSample {
public:
    // 0: all of them.
    explicit ExchangeSample(double ordinaryPerSecond) : m_perSecond(ordinaryPerSecond) {}

    bool keeps(const Exchange& exchange, const PairColumns& pair, MonoTime now);

private:
    double m_perSecond;
    std::unordered_map<std::string, TokenBucket> m_buckets; // by endpoint
};

} // namespace gnomon::store
