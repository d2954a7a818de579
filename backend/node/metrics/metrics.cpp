// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/metrics/metrics.h"

#include <prometheus/text_serializer.h>

namespace gnomon::node {

namespace {

double seconds(WallTime time) {
    return std::chrono::duration<double>(time.time_since_epoch()).count();
}

} // namespace

std::vector<prometheus::MetricFamily> Metrics::Collect() const {
    Families families;
    collectNode(families);
    collectModels(m_parts.directory, m_parts.comparison, families);
    const serving::PipelineCounters pipeline = m_parts.pipeline.counters();
    const InterfaceCounters interfaces = m_parts.interfaces.counters();
    collectPipeline(pipeline, m_parts.exchanges(), families);
    collectAdmission(interfaces.admission, pipeline, families);
    collectInterfaces(interfaces, m_parts.denials.counters(), families);
    collectAudit(m_parts.audit, families);
    collectWatches(families);
    collectProcess(families);
    return families.take();
}

std::string Metrics::page() const {
    return prometheus::TextSerializer().Serialize(Collect());
}

void Metrics::collectNode(Families& families) const {
    families.gauge("gnomon_build_info", "Always 1").add({{"version", m_info.softwareVersion}}, 1.0);
    families.gauge("gnomon_node_info", "Always 1; boot is another one after each start")
        .add({{"node", m_info.stamp.id.value},
              {"boot", m_info.stamp.boot.value},
              {"name", m_info.name},
              {"fleet", m_info.fleet},
              {"environment", m_info.environment}},
             1.0);
    families.gauge("process_start_time_seconds", "When the node started, as Unix time")
        .add({}, seconds(m_info.started));
    families.gauge("gnomon_alarms", "Alarms that consoles show now").add({}, std::uint64_t{m_parts.alarms().size()});
}

void Metrics::collectWatches(Families& families) const {
    const DiskState disk = m_parts.disk.look();
    families.gauge("gnomon_disk_size_bytes", "Of the disk that holds the node's state").add({}, disk.size);
    families.gauge("gnomon_disk_free_bytes", "What the node may still write there").add({}, disk.free);
    families.gauge("gnomon_disk_used_ratio", "How full it is").add({}, disk.usedShare());
    Family expiry = families.gauge("gnomon_certificate_expiry_time_seconds", "When it expires, as Unix time");
    Family changed = families.gauge("gnomon_certificate_changed_time_seconds",
                                    "When its file was written, as Unix time; it is in force a second later");
    for (const CertificateState& certificate : m_parts.certificates.look()) {
        expiry.add({{"certificate", certificate.name}}, seconds(certificate.expires));
        changed.add({{"certificate", certificate.name}}, seconds(certificate.changed));
    }
}

} // namespace gnomon::node
