// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/clock.h"
#include "backend/base/mutex.h"
#include "backend/domain/identity.h"
#include "backend/port/audit_sink.h"

#include <cstdint>
#include <map>
#include <string>
#include <tuple>

namespace gnomon::node {

// Reading the audit trail or what callers sent is itself recorded: the first read of an object by a person in a minute
// before it is answered, further ones of the same minute together in one record once the minute is over, so that paging
// does not flood the trail.
// Thread-safe.
class ViewRecorder {
public:
    // audit and clock must outlive the recorder.
    ViewRecorder(port::AuditSink& audit, const Clock& clock) : m_audit(audit), m_clock(clock) {}

    // Ok when the read is recorded or counted; nothing must be read when the trail cannot be written.
    Status record(const Principal& who, Permission permission, const std::string& action, const std::string& object);
    // Records what was counted in minutes that are over; in all of them when `everything`. To be called every second or
    // so, and at the end. Never blocks.
    void recordCounted(bool everything);

private:
    struct Reads {
        AuditRecord first;
        MonoTime since;
        std::uint64_t further = 0;
    };

    port::AuditSink& m_audit;
    const Clock& m_clock;
    Mutex m_mutex;
    // By identity, action and object.
    std::map<std::tuple<std::string, std::string, std::string>, Reads> m_reads GUARDED_BY(m_mutex);
};

} // namespace gnomon::node
