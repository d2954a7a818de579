// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/clock.h"
#include "backend/base/mutex.h"
#include "backend/domain/identity.h"
#include "backend/port/audit_sink.h"

#include <map>
#include <string>
#include <utility>

namespace gnomon::node {

// Reading the audit trail is itself recorded: the first read of a person in a minute at once, further ones of the same
// minute as a count in that person's next record, so that paging does not flood the trail. Thread-safe.
class ViewRecorder {
public:
    // audit and clock must outlive the recorder.
    ViewRecorder(port::AuditSink& audit, const Clock& clock) : m_audit(audit), m_clock(clock) {}

    // Ok when the read is recorded or counted; the trail must not be read when it cannot be written.
    Status record(const Principal& who, const std::string& action, const std::string& object);

private:
    struct Reads {
        MonoTime minute;
        std::uint64_t uncounted = 0; // since the last record
    };

    port::AuditSink& m_audit;
    const Clock& m_clock;
    Mutex m_mutex;
    std::map<std::pair<std::string, std::string>, Reads> m_reads GUARDED_BY(m_mutex); // by identity and action
};

} // namespace gnomon::node
