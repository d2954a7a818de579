// SPDX-License-Identifier: GPL-3.0-or-later
// The node as a whole: its pipeline, connections, audit trail and process.
#include "backend/base/files.h"
#include "backend/node/metrics/collect.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <charconv>
#include <string>

namespace gnomon::node {

namespace {

std::uint64_t openDescriptors() {
    std::uint64_t count = 0;
    if (DIR* folder = ::opendir("/proc/self/fd")) {
        while (::readdir(folder) != nullptr) {
            ++count;
        }
        ::closedir(folder);
    }
    return count > 3 ? count - 3 : 0; // ".", ".." and the folder itself
}

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

// The second number of /proc/self/statm, in bytes; 0 when it cannot be read.
std::uint64_t residentBytes() {
    const Result<std::string> text = readFile("/proc/self/statm", 4096);
    std::uint64_t pages = 0;
    if (text.ok()) {
        const std::size_t at = text->find(' ') + 1;
        std::from_chars(text->data() + at, text->data() + text->size(), pages);
    }
    return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

} // namespace

void collectPipeline(const serving::PipelineCounters& pipeline, const StoreCounters& store, Families& families) {
    families.counter("gnomon_calls_accepted_total", "Calls that the pipeline took").add({}, pipeline.accepted);
    families.gauge("gnomon_calls_in_flight", "Calls under way").add({}, pipeline.inFlight);
    Family dropped = families.counter("gnomon_exchanges_dropped_total",
                                      "mirror: not shown to a shadow; observer: not compared; store: not recorded");
    dropped.add({{"stage", "mirror"}}, pipeline.mirrorDropped);
    dropped.add({{"stage", "observer"}}, pipeline.observerDropped);
    dropped.add({{"stage", "store"}}, store.dropped);
    families.counter("gnomon_exchanges_sampled_out_total", "Ordinary exchanges beyond the share that is recorded")
        .add({}, store.sampledOut);
}

void collectAdmission(const serving::AdmissionCounters& admission, const serving::PipelineCounters& pipeline,
                      Families& families) {
    families.counter("gnomon_requests_admitted_total", "Calls that came in before their message was read")
        .add({}, admission.admitted);
    families.gauge("gnomon_request_bytes_in_flight", "Bytes of requests under way").add({}, admission.bytesInFlight);
    Family shed = families.counter("gnomon_requests_shed_total",
                                   "Calls turned away because there was too much to do, by the limit they met");
    for (std::size_t i = 0; i < serving::kShedReasons; ++i) {
        shed.add({{"reason", serving::shedName(static_cast<serving::Shed>(i))}}, admission.shed[i]);
    }
    shed.add({{"reason", "pipeline"}}, pipeline.turnedAway);
}

void collectInterfaces(const InterfaceCounters& interfaces, const access::DenialRecorder::Counters& denials,
                       Families& families) {
    Family open = families.gauge("gnomon_connections_open", "Connections now");
    Family accepted = families.counter("gnomon_connections_accepted_total", "Connections taken");
    Family refused = families.counter("gnomon_connections_refused_total", "Connections closed at once, by reason");
    for (const auto& [name, counters] :
         {std::pair{"inference", &interfaces.inference}, {"control", &interfaces.control}}) {
        open.add({{"interface", name}}, counters->open);
        accepted.add({{"interface", name}}, counters->accepted);
        refused.add({{"interface", name}, {"reason", "full"}}, counters->shedFull);
        refused.add({{"interface", name}, {"reason", "address"}}, counters->shedAddress);
        refused.add({{"interface", name}, {"reason", "descriptors"}}, counters->shedDescriptors);
    }
    Family denied = families.counter("gnomon_calls_denied_total", "Calls of peers that may not, by reason");
    denied.add({{"reason", "unauthenticated"}}, denials.unauthenticated);
    denied.add({{"reason", "permission"}}, denials.denied);
    Family reloads = families.counter("gnomon_reloads_total", "Times that files were taken over while running");
    Family failed =
        families.gauge("gnomon_reload_failed", "1 when the last attempt failed: what there was is in force");
    Family last = families.gauge("gnomon_reload_time_seconds", "When they were last taken over, as Unix time");
    for (const ReloadState& state : interfaces.reloads) {
        reloads.add({{"what", state.name}, {"result", "ok"}}, state.reloads);
        reloads.add({{"what", state.name}, {"result", "failed"}}, state.failures);
        failed.add({{"what", state.name}}, state.lastFailed ? 1.0 : 0.0);
        last.add({{"what", state.name}}, std::chrono::duration<double>(state.last.time_since_epoch()).count());
    }
    families.gauge("gnomon_node_ready", "1 while calls are taken").add({}, interfaces.ready ? 1.0 : 0.0);
    families.gauge("gnomon_node_draining", "1 once the node was told to end").add({}, interfaces.draining ? 1.0 : 0.0);
}

void collectAudit(const audit::AuditLog& audit, Families& families) {
    const audit::AuditLoad load = audit.load();
    families.counter("gnomon_audit_records_total", "Records in the audit trail").add({}, audit.size());
    families.gauge("gnomon_audit_writable", "1 when records can be written").add({}, audit.health().ok() ? 1.0 : 0.0);
    families.gauge("gnomon_audit_queue_records", "Records that wait for the writer")
        .add({}, std::uint64_t{load.queued});
    families.gauge("gnomon_audit_queue_limit", "Records that may wait").add({}, std::uint64_t{load.queueLimit});
    families.counter("gnomon_audit_turned_away_total", "Records that found the queue full").add({}, load.turnedAway);
    families.gauge("gnomon_audit_held_records", "Records that wait in the reserve").add({}, load.held);
    families.gauge("gnomon_audit_reserve_used_ratio", "How full the reserve is")
        .add({}, static_cast<double>(load.reservePercent) / 100);
    families.gauge("gnomon_audit_lost", "1 when not even the reserve takes more").add({}, load.lost ? 1.0 : 0.0);
    families.histogram("gnomon_audit_commit_seconds", "What commits took")
        .addHistogram({}, audit::AuditLoad::kBounds, load.commits,
                      std::chrono::duration<double>(load.commitTime).count());
}

void collectProcess(Families& families) {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    families.counter("process_cpu_seconds_total", "Processor time of the node, without its workers")
        .add({}, seconds(usage.ru_utime) + seconds(usage.ru_stime));
    families.gauge("process_resident_memory_bytes", "Memory of the node, without its workers").add({}, residentBytes());
    families.gauge("process_open_fds", "Open descriptors").add({}, openDescriptors());
    families.gauge("process_max_fds", "Descriptors that may be open").add({}, std::uint64_t{limit.rlim_cur});
}

} // namespace gnomon::node
