// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/comparison_background.h"

namespace gnomon::ui {

namespace {

constexpr std::size_t kEarlierExchanges = 500;

} // namespace

void ComparisonBackground::follow(NodeSession* session, const EndpointName& endpoint) {
    if (session == m_session && endpoint == m_endpoint) {
        return;
    }
    m_session = session;
    m_endpoint = endpoint;
    forget();
}

void ComparisonBackground::forget() {
    m_historyRequest.cancel();
    m_historyUpTo = {};
    m_history.clear();
    m_earlierRequest.cancel();
    m_earlierOf = {};
    m_earlier.reset();
}

Background ComparisonBackground::of(const Comparison& comparison) {
    const EndpointSnapshot* endpoint = m_session.isNull() ? nullptr : m_session->endpoint(m_endpoint);
    if (endpoint == nullptr) {
        return {};
    }
    if (m_session->freshness() == Freshness::Live && !(m_historyUpTo == endpoint->generation.number)) {
        askForHistory(endpoint->generation.number);
    }
    Background background = backgroundOf(*endpoint, m_history, comparison);
    if (background.record && background.record->newcomer()) {
        askForEarlier(*background.record, comparison.shadow);
        background.earlier = m_earlier;
    }
    return background;
}

void ComparisonBackground::askForHistory(GenerationNumber upTo) {
    m_historyUpTo = upTo;
    m_historyRequest = m_session->listGenerations(m_endpoint, [this](const Result<std::vector<Generation>>& result) {
        if (result.ok()) {
            m_history = *result;
            Q_EMIT changed();
        }
    });
}

// The newest ones before the change: of much older ones the node may have kept only those that disagree most.
void ComparisonBackground::askForEarlier(const ServiceRecord& record, VersionNumber shadow) {
    const std::pair wanted(record.arrival.number, shadow);
    if (m_earlierOf == wanted || record.elder->version == shadow || m_session->freshness() != Freshness::Live) {
        return;
    }
    m_earlierOf = wanted;
    m_earlier.reset();
    ExchangeFilter filter;
    filter.endpoint = m_endpoint;
    filter.until = record.arrival.time;
    filter.pageSize = kEarlierExchanges;
    m_earlierRequest = m_session->listExchanges(
        filter, [this, elder = record.elder->version, shadow](const Result<ExchangePage>& result) {
            if (result.ok()) {
                m_earlier = earlierPairs(result->exchanges, elder, shadow);
                Q_EMIT changed();
            }
        });
}

} // namespace gnomon::ui
