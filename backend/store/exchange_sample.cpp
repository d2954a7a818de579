// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/store/exchange_sample.h"

#include <algorithm>

namespace gnomon::store {

namespace {

// What was not even tried, or went down with its worker, is counted elsewhere; a shadow that is away has nothing else.
bool isOrdinary(const Leg& leg) {
    return leg.outcome == LegOutcome::Ok || leg.outcome == LegOutcome::Dropped || leg.outcome == LegOutcome::Skipped ||
           leg.outcome == LegOutcome::Lost;
}

// Scores alone hardly ever agree to the last bit.
bool disagrees(const PairColumns& pair) {
    return pair.differs && (pair.productionDecision || pair.shadowDecision);
}

} // namespace

bool isNotable(const Exchange& exchange, const PairColumns& pair) {
    return !exchange.answered || !exchange.reason.empty() || disagrees(pair) ||
           !std::all_of(exchange.legs.begin(), exchange.legs.end(), isOrdinary);
}

bool ExchangeSample::keeps(const Exchange& exchange, const PairColumns& pair, MonoTime now) {
    if (m_perSecond <= 0 || isNotable(exchange, pair)) {
        return true;
    }
    const auto entry = m_buckets.try_emplace(exchange.endpoint.value, m_perSecond, m_perSecond).first;
    if (entry->second.wait(now).count() > 0) {
        return false;
    }
    entry->second.take(now);
    return true;
}

} // namespace gnomon::store
