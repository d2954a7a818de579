// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/mutex.h"
#include "backend/domain/ids.h"
#include "backend/port/audit_sink.h"
#include "backend/serving/timers.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace gnomon::serving {

// Writes one audit record per run of substitutions of an endpoint: the first within a second, then at most one per
// period for as long as they go on. Thread-safe; note() costs a short lock. What the log does not take now is counted
// in a later record.
class Substitutions final : public Timed, public std::enable_shared_from_this<Substitutions> {
public:
    // audit, clock and timers must outlive it.
    Substitutions(port::AuditSink& audit, const Clock& clock, Timers& timers, std::chrono::nanoseconds period)
        : m_audit(audit), m_clock(clock), m_timers(timers), m_period(period) {}

    // A call of the endpoint was substituted, or refused because its chain was at its end.
    void note(const EndpointName& endpoint, GenerationNumber generation, const std::string& servedBy,
              const std::string& reason);
    // Writes everything that was not written yet.
    void flush() { write(true); }

    void timeIsUp(std::uint64_t token) override;

private:
    struct Tally {
        std::uint64_t count = 0; // since the last record
        std::map<std::string, std::uint64_t> servedBy;
        GenerationNumber generation;
        std::string reason; // of the newest
        WallTime first;
        WallTime last;

        void add(const Tally& other);
    };
    struct Endpoint {
        Tally tally;
        MonoTime notBefore; // of the next record
        bool scheduled = false;
        Timers::Alarm alarm;
    };

    void write(bool everything);
    void append(const EndpointName& endpoint, const Tally& tally);

    port::AuditSink& m_audit;
    const Clock& m_clock;
    Timers& m_timers;
    const std::chrono::nanoseconds m_period;
    Mutex m_mutex;
    std::map<EndpointName, Endpoint> m_endpoints GUARDED_BY(m_mutex);
};

} // namespace gnomon::serving
