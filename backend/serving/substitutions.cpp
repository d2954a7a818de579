// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/substitutions.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace gnomon::serving {

namespace {

constexpr std::chrono::seconds kGather{1}; // so that the first record already tells how many

} // namespace

void Substitutions::note(const EndpointName& endpoint, GenerationNumber generation, const std::string& servedBy,
                         const std::string& reason) {
    const WallTime now = m_clock.wallNow();
    const MutexLock lock(m_mutex);
    Endpoint& entry = m_endpoints[endpoint];
    entry.tally.add({1, {{servedBy, 1}}, generation, reason, now, now});
    if (!entry.scheduled) {
        entry.scheduled = true;
        entry.notBefore = std::max(entry.notBefore, m_clock.monoNow() + kGather);
        entry.alarm = m_timers.at(entry.notBefore, weak_from_this(), 0);
    }
}

void Substitutions::timeIsUp(std::uint64_t /*token*/) {
    write(false);
}

void Substitutions::write(bool everything) {
    std::vector<std::pair<EndpointName, Tally>> due;
    {
        const MonoTime now = m_clock.monoNow();
        const MutexLock lock(m_mutex);
        for (auto& [endpoint, entry] : m_endpoints) {
            if (entry.tally.count > 0 && (everything || (entry.scheduled && entry.notBefore <= now))) {
                due.emplace_back(endpoint, std::exchange(entry.tally, {}));
                entry.scheduled = false;
                entry.notBefore = now + m_period;
            }
        }
    }
    for (auto& [endpoint, tally] : due) {
        append(endpoint, tally);
    }
}

void Substitutions::append(const EndpointName& endpoint, const Tally& tally) {
    const bool refused = tally.servedBy.count("refuse") != 0;
    AuditRecord record;
    record.kind = RecordKind::Substitution;
    record.actor = machineActor("substitution");
    record.action = "substitute";
    record.object = "endpoint/" + endpoint.value;
    record.result = refused ? "failed" : "ok";
    record.code = refused ? codeName(ErrorCode::Unavailable) : "OK";
    record.reason = std::to_string(tally.count) + (tally.count == 1 ? " call: " : " calls, the last: ") + tally.reason;
    AuditPayload payload;
    payload.facts = {{"count", std::to_string(tally.count)},
                     {"generation", std::to_string(tally.generation.value)},
                     {"first", toRfc3339(tally.first)},
                     {"last", toRfc3339(tally.last)}};
    for (const auto& [servedBy, count] : tally.servedBy) {
        payload.facts.emplace_back("by " + servedBy, std::to_string(count));
    }
    m_audit.appendAsync(std::move(record), std::move(payload),
                        [self = shared_from_this(), endpoint, tally](const Result<port::Appended>& appended) {
                            if (!appended.ok()) {
                                const MutexLock lock(self->m_mutex);
                                self->m_endpoints[endpoint].tally.add(tally);
                            }
                        });
}

void Substitutions::Tally::add(const Tally& other) {
    first = count == 0 ? other.first : std::min(first, other.first);
    if (count == 0 || other.last >= last) {
        last = other.last;
        reason = other.reason;
        generation = other.generation;
    }
    count += other.count;
    for (const auto& [by, number] : other.servedBy) {
        servedBy[by] += number;
    }
}

} // namespace gnomon::serving
