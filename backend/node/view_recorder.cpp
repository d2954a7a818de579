// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/view_recorder.h"
#include "backend/base/log.h"

#include <vector>

namespace gnomon::node {

namespace {

constexpr auto kMerged = std::chrono::minutes(1);

} // namespace

Status ViewRecorder::record(const Principal& who, Permission permission, const std::string& action,
                            const std::string& object) {
    AuditRecord record;
    record.kind = RecordKind::View;
    record.actor = who.actor;
    record.sourceAddress = who.address;
    record.sourceClient = who.client;
    record.action = action;
    record.permission = std::string(permissionName(permission));
    record.object = object;
    record.result = "ok";
    const std::tuple key(who.actor.identity, action, object);
    {
        const MutexLock lock(m_mutex);
        if (const auto known = m_reads.find(key); known != m_reads.end()) {
            ++known->second.further;
            return {};
        }
    }
    GNOMON_TRY(m_audit.append(record));
    const MutexLock lock(m_mutex);
    m_reads.try_emplace(key, Reads{std::move(record), m_clock.monoNow(), 0});
    return {};
}

void ViewRecorder::recordCounted(bool everything) {
    std::vector<Reads> over;
    {
        const MutexLock lock(m_mutex);
        std::erase_if(m_reads, [&](auto& entry) {
            const bool done = everything || m_clock.monoNow() - entry.second.since >= kMerged;
            if (done && entry.second.further > 0) {
                over.push_back(std::move(entry.second));
            }
            return done;
        });
    }
    for (Reads& reads : over) {
        AuditPayload payload;
        payload.facts = {{"further reads", std::to_string(reads.further)}};
        m_audit.appendAsync(std::move(reads.first), std::move(payload), [](const Result<port::Appended>& appended) {
            if (!appended) {
                logEvent(LogLevel::Error, "views_not_recorded", {{"cause", appended.error().message}});
            }
        });
    }
}

} // namespace gnomon::node
