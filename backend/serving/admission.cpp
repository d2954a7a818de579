// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/admission.h"
#include "backend/base/bytes.h"
#include "backend/base/mutex.h"
#include "backend/base/token_bucket.h"
#include "backend/serving/policy/patience.h"
#include "backend/serving/policy/service_time.h"
#include "backend/serving/policy/usage.h"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <unordered_map>
#include <utility>

namespace gnomon::serving {

namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr std::chrono::seconds kTidyPeriod{1};
constexpr std::size_t kMostEndpoints = 4096; // names that messages claim; anybody can claim any
constexpr milliseconds kLongestDelay{60'000};
constexpr milliseconds kNodeDelay{100}; // when the node as a whole is full
// Under way, while nothing is known of how long the endpoint's calls take. Once so many have ended, and not as they
// were asked, it is something else that answers them, which takes next to nothing.
constexpr std::uint32_t kUnknown = 64;

struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};
template <class T>
using ByText = std::unordered_map<std::string, std::shared_ptr<T>, TextHash, std::equal_to<>>;

struct Caller {
    TokenBucket bucket;
    Usage usage;
    std::uint32_t underWay = 0;
    MonoTime last;
};

struct Endpoint {
    ServiceTime time;
    Patience patience;
    std::uint32_t underWay = 0;
    std::uint64_t ended = 0;
    MonoTime last;
    std::optional<MonoTime> standsInAsked;
    bool standsIn = false;
};

TokenBucket bucketOf(const AdmissionLimits& limits) {
    // Some, also at low rates: calls come by chance, and whoever comes a little late must not lose that each time.
    return {limits.callerRate, limits.callerBurst > 0 ? limits.callerBurst : std::max(limits.callerRate / 10, 8.0)};
}

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%g", value);
    return text;
}

} // namespace

const char* shedName(Shed reason) {
    switch (reason) {
    case Shed::Rate:
        return "rate";
    case Shed::CallerCalls:
        return "caller_calls";
    case Shed::Calls:
        return "calls";
    case Shed::Bytes:
        return "bytes";
    case Shed::Queue:
        return "queue";
    case Shed::Deadline:
        return "deadline";
    }
    return "";
}

class Admission::Book : public std::enable_shared_from_this<Book> {
public:
    Book(AdmissionLimits limits, unsigned parallel, const Clock& clock, StandsIn standsIn)
        : m_parallel(parallel), m_clock(clock), m_standsIn(std::move(standsIn)), m_limits(limits) {}

    Decision admit(const Knock& knock) {
        const MutexLock lock(m_mutex);
        const MonoTime now = m_clock.monoNow(); // under the lock, so that it never runs backward
        tidy(now);
        const std::shared_ptr<Caller>& caller = callerOf(knock.caller, now);
        const std::shared_ptr<Endpoint> endpoint = endpointOf(knock.endpoint, now);
        if (std::optional<Refusal> refusal = refuse(knock, *caller, *endpoint, now)) {
            ++m_counters.shed[static_cast<std::size_t>(refusal->reason)];
            return {{}, std::move(refusal)};
        }
        caller->bucket.take(now);
        caller->usage.add(now, endpoint->time.ofOne());
        m_usage.add(now, endpoint->time.ofOne());
        ++caller->underWay;
        ++endpoint->underWay;
        ++m_counters.admitted;
        ++m_counters.inFlight;
        m_counters.bytesInFlight += knock.bytes;
        Decision decision;
        decision.ticket.m_book = shared_from_this();
        decision.ticket.m_caller = caller;
        decision.ticket.m_endpoint = endpoint;
        decision.ticket.m_since = now;
        decision.ticket.m_bytes = knock.bytes;
        decision.ticket.m_among = endpoint->underWay;
        return decision;
    }

    void giveBack(const Ticket& ticket, bool tells) {
        auto& endpoint = *static_cast<Endpoint*>(ticket.m_endpoint.get());
        const MutexLock lock(m_mutex);
        const MonoTime now = m_clock.monoNow(); // under the lock, so that answers come in order
        --static_cast<Caller*>(ticket.m_caller.get())->underWay;
        --endpoint.underWay;
        ++endpoint.ended;
        --m_counters.inFlight;
        m_counters.bytesInFlight -= ticket.m_bytes;
        endpoint.time.answered(now, ticket.m_since, ticket.m_among, endpoint.underWay, tells);
    }

    void setLimits(const AdmissionLimits& limits) {
        const MutexLock lock(m_mutex);
        const bool paced = limits.callerRate != m_limits.callerRate || limits.callerBurst != m_limits.callerBurst;
        const bool waited = limits.queue != m_limits.queue;
        m_limits = limits;
        if (paced) {
            for (auto& [name, caller] : m_callers) {
                caller->bucket = bucketOf(limits);
            }
        }
        if (waited) {
            for (auto& [name, endpoint] : m_endpoints) {
                endpoint->patience = Patience(limits.queue);
            }
        }
    }

    AdmissionCounters counters() const {
        const MutexLock lock(m_mutex);
        return m_counters;
    }

private:
    const std::shared_ptr<Caller>& callerOf(std::string_view name, MonoTime now) REQUIRES(m_mutex) {
        auto known = m_callers.find(name);
        if (known == m_callers.end()) {
            known = m_callers.emplace(std::string(name), std::make_shared<Caller>()).first;
            known->second->bucket = bucketOf(m_limits);
            ++m_active;
        }
        known->second->last = now;
        return known->second;
    }

    std::shared_ptr<Endpoint> endpointOf(std::string_view name, MonoTime now) REQUIRES(m_mutex) {
        const auto known = m_endpoints.find(name);
        if (known != m_endpoints.end()) {
            known->second->last = now;
            return known->second;
        }
        auto fresh = std::make_shared<Endpoint>(
            Endpoint{ServiceTime(m_parallel), Patience(m_limits.queue), 0, 0, now, {}, false});
        if (m_endpoints.size() < kMostEndpoints) {
            m_endpoints.emplace(std::string(name), fresh);
        }
        return fresh;
    }

    std::optional<Refusal> refuse(const Knock& knock, const Caller& caller, Endpoint& endpoint, MonoTime now)
        REQUIRES(m_mutex) {
        if (const nanoseconds wait = caller.bucket.wait(now); wait.count() > 0) {
            return refusal(Shed::Rate, wait,
                           "caller '" + printable(knock.caller, 200) + "' may send " + number(m_limits.callerRate) +
                               " calls a second",
                           "send no faster, or have limits.calls_per_second_per_caller raised");
        }
        if (caller.underWay >= m_limits.callerCalls) {
            return refusal(Shed::CallerCalls, endpoint.time.ofOne(),
                           "caller '" + printable(knock.caller, 200) + "' may have " +
                               std::to_string(m_limits.callerCalls) + " calls under way",
                           "wait for answers before sending more, or have limits.calls_per_caller raised");
        }
        if (m_counters.inFlight >= m_limits.calls) {
            return refusal(Shed::Calls, kNodeDelay,
                           "the node has " + std::to_string(m_limits.calls) + " calls under way, and takes no more",
                           "try again in a moment, or another node");
        }
        if (m_counters.bytesInFlight > 0 && m_counters.bytesInFlight + knock.bytes > m_limits.bytes) {
            return refusal(Shed::Bytes, kNodeDelay,
                           "requests of " + std::to_string(m_counters.bytesInFlight) +
                               " bytes are under way; with this one it would be more than the " +
                               std::to_string(m_limits.bytes) + " of limits.request_bytes",
                           "try again in a moment, or another node");
        }
        return refuseToWait(knock, caller, endpoint, now);
    }

    std::optional<Refusal> refuseToWait(const Knock& knock, const Caller& caller, Endpoint& endpoint, MonoTime now)
        REQUIRES(m_mutex) {
        const nanoseconds one = endpoint.time.ofOne();
        const nanoseconds wait = endpoint.time.waitBehind(endpoint.underWay); // none: trying costs nobody anything
        if (one.count() == 0 && endpoint.underWay >= kUnknown && endpoint.ended < kUnknown) {
            return refusal(Shed::Queue, kNodeDelay,
                           "endpoint '" + printable(knock.endpoint, 80) + "' has " + std::to_string(kUnknown) +
                               " calls under way and has not answered enough yet to tell how long they take",
                           "try again in a moment");
        }
        const bool tooLong = wait > endpoint.patience.allowed(one);
        // Under overload those who had most wait for nobody, and so leave the places in the queue to others.
        const bool yields = !tooLong && wait.count() > 0 && endpoint.patience.overloaded() &&
                            overShare(caller.usage.at(now), m_usage.at(now), m_active);
        endpoint.patience.came(now, tooLong || yields);
        if (tooLong || yields) {
            return refusal(Shed::Queue, wait + one,
                           "endpoint '" + printable(knock.endpoint, 80) + "' gets more calls than it can answer" +
                               (yields ? ", most of them from caller '" + printable(knock.caller, 200) + "'" : ""),
                           "send fewer, try again in a moment, or another node");
        }
        if (wait.count() > 0 && knock.deadline && now + wait + one > *knock.deadline &&
            !standsIn(knock.endpoint, endpoint, now)) {
            return refusal(Shed::Deadline, wait + one,
                           "endpoint '" + printable(knock.endpoint, 80) +
                               "' could not answer by the call's deadline: other calls are before it",
                           "allow more time, send fewer, or try another node");
        }
        return std::nullopt;
    }

    // Looked up at most once a second.
    bool standsIn(std::string_view name, Endpoint& endpoint, MonoTime now) REQUIRES(m_mutex) {
        if (!endpoint.standsInAsked || now - *endpoint.standsInAsked >= kTidyPeriod) {
            endpoint.standsInAsked = now;
            endpoint.standsIn = m_standsIn && m_standsIn(name);
        }
        return endpoint.standsIn;
    }

    static Refusal refusal(Shed reason, nanoseconds delay, std::string message, std::string remedy) {
        const auto after = std::clamp(std::chrono::ceil<milliseconds>(delay), milliseconds(1), kLongestDelay);
        return {reason, after, Error{ErrorCode::ResourceExhausted, std::move(message), std::move(remedy)}};
    }

    // Forgets who was not here of late, and counts who was.
    void tidy(MonoTime now) REQUIRES(m_mutex) {
        if (now - m_tidied < kTidyPeriod) {
            return;
        }
        m_tidied = now;
        m_active = 0;
        std::erase_if(m_callers, [&](const auto& entry) {
            const Caller& caller = *entry.second;
            const bool here = caller.underWay > 0 || now - caller.last <= kTidyPeriod;
            m_active += here ? 1 : 0;
            return !here && caller.bucket.full(now) && now - caller.last > 16 * kTidyPeriod;
        });
        std::erase_if(m_endpoints, [&](const auto& entry) {
            return entry.second->underWay == 0 && entry.second->time.ofOne().count() == 0 &&
                   now - entry.second->last > kTidyPeriod;
        });
    }

    const unsigned m_parallel;
    const Clock& m_clock;
    const StandsIn m_standsIn;
    mutable Mutex m_mutex;
    AdmissionLimits m_limits GUARDED_BY(m_mutex);
    AdmissionCounters m_counters GUARDED_BY(m_mutex);
    ByText<Caller> m_callers GUARDED_BY(m_mutex);
    ByText<Endpoint> m_endpoints GUARDED_BY(m_mutex);
    Usage m_usage GUARDED_BY(m_mutex);
    std::size_t m_active GUARDED_BY(m_mutex) = 0; // callers of the last second
    MonoTime m_tidied GUARDED_BY(m_mutex);
};

Admission::Ticket::Ticket(Ticket&& other) noexcept
    : m_book(std::move(other.m_book)), m_caller(std::move(other.m_caller)), m_endpoint(std::move(other.m_endpoint)),
      m_since(other.m_since), m_bytes(other.m_bytes), m_among(other.m_among) {}

Admission::Ticket& Admission::Ticket::operator=(Ticket&& other) noexcept {
    if (this != &other) {
        giveBack();
        m_book = std::move(other.m_book);
        m_caller = std::move(other.m_caller);
        m_endpoint = std::move(other.m_endpoint);
        m_since = other.m_since;
        m_bytes = other.m_bytes;
        m_among = other.m_among;
    }
    return *this;
}

void Admission::Ticket::answered(bool asAsked) {
    if (const std::shared_ptr<Book> book = std::exchange(m_book, nullptr)) {
        book->giveBack(*this, asAsked);
    }
}

void Admission::Ticket::giveBack() {
    answered(false);
}

Admission::Admission(AdmissionLimits limits, unsigned parallel, const Clock& clock, StandsIn standsIn)
    : m_book(std::make_shared<Book>(limits, parallel, clock, std::move(standsIn))) {}
Admission::~Admission() = default;

Admission::Decision Admission::admit(const Knock& knock) {
    return m_book->admit(knock);
}

void Admission::setLimits(const AdmissionLimits& limits) {
    m_book->setLimits(limits);
}

AdmissionCounters Admission::counters() const {
    return m_book->counters();
}

} // namespace gnomon::serving
