// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/view_recorder.h"

namespace gnomon::node {

Status ViewRecorder::record(const Principal& who, const std::string& action, const std::string& object) {
    const MonoTime now = m_clock.monoNow();
    std::uint64_t uncounted = 0;
    {
        const MutexLock lock(m_mutex);
        const auto [at, fresh] = m_reads.try_emplace({who.actor.identity, action}, Reads{now, 0});
        if (!fresh && now - at->second.minute < std::chrono::minutes(1)) {
            ++at->second.uncounted;
            return {};
        }
        uncounted = at->second.uncounted;
        at->second = {now, 0};
    }
    AuditRecord record;
    record.kind = RecordKind::View;
    record.actor = who.actor;
    record.sourceAddress = who.address;
    record.sourceClient = who.client;
    record.action = action;
    record.permission = std::string(permissionName(Permission::ReadAudit));
    record.object = object;
    record.result = "ok";
    std::optional<AuditPayload> payload;
    if (uncounted > 0) {
        payload = AuditPayload{{}, {{"further reads since the record before", std::to_string(uncounted)}}};
    }
    GNOMON_TRY(m_audit.append(std::move(record), std::move(payload)));
    return {};
}

} // namespace gnomon::node
