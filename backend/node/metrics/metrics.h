// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/domain/node.h"
#include "backend/node/config.h"
#include "backend/node/metrics/collect.h"
#include "backend/node/metrics/http_exposer.h"
#include "backend/node/watches.h"

#include <prometheus/collectable.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace gnomon::node {

// What metrics are made of; all of it must outlive them.
struct MetricsParts {
    const serving::EndpointDirectory& directory;
    const serving::LivePipeline& pipeline;
    const monitor::ComparisonMonitor& comparison;
    const audit::AuditLog& audit;
    const access::DenialRecorder& denials;
    const Interfaces& interfaces;
    DiskWatch& disk;
    CertificateWatch& certificates;
    std::function<StoreCounters()> exchanges; // of their store
    std::function<std::vector<std::string>()> alarms;
};

// The node's metrics for Prometheus. Nothing is counted for them: a scrape reads the counters that are there.
// Thread-safe.
class Metrics final : public prometheus::Collectable {
public:
    Metrics(NodeInfo info, MetricsParts parts) : m_info(std::move(info)), m_parts(std::move(parts)) {}

    std::vector<prometheus::MetricFamily> Collect() const override;
    // The same as text of the exposition format 0.0.4.
    std::string page() const;

private:
    void collectNode(Families& families) const;
    void collectWatches(Families& families) const;

    const NodeInfo m_info;
    const MetricsParts m_parts;
};

} // namespace gnomon::node
