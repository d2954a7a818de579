// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/clock.h"
#include "backend/base/result.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace gnomon::serving {

// What may come in at all. Per caller: per verified identity.
struct AdmissionLimits {
    double callerRate = 0;               // calls a second; 0: unlimited
    double callerBurst = 0;              // calls at once beyond an even pace; 0: a tenth of a second's, at least 8
    std::uint32_t callerCalls = 512;     // under way
    std::uint32_t calls = 1024;          // under way, of all callers
    std::uint64_t bytes = 256u << 20;    // of requests under way, of all callers
    std::chrono::milliseconds queue{50}; // what a call may be expected to wait, or four calls' time

    bool operator==(const AdmissionLimits&) const = default;
};

enum class Shed { Rate, CallerCalls, Calls, Bytes, Queue, Deadline };
inline constexpr std::size_t kShedReasons = 6;
const char* shedName(Shed reason); // "rate", "caller_calls", ...

struct AdmissionCounters {
    std::uint64_t admitted = 0;
    std::uint64_t shed[kShedReasons] = {}; // by reason
    std::uint64_t inFlight = 0;
    std::uint64_t bytesInFlight = 0;

    std::uint64_t of(Shed reason) const { return shed[static_cast<std::size_t>(reason)]; }
    bool operator==(const AdmissionCounters&) const = default;
};

// A call that asks to come in, as far as it is known before its message is looked at.
struct Knock {
    std::string_view caller;   // verified identity, or the host where nobody is verified
    std::string_view endpoint; // as the message claims: only estimates come of it
    std::uint64_t bytes = 0;
    std::optional<MonoTime> deadline;
};

struct Refusal {
    Shed reason;
    std::chrono::milliseconds retryAfter;
    Error error; // ResourceExhausted; names the limit and what to do
};

// Who gets in when not all can: decided from who calls, what is under way and how long that takes, never from the
// message, so that turning away costs next to nothing. What is over a caller's own limits is refused at any time. When
// the wait for an endpoint is longer than allowed, callers who had more than their share of late go first, and whoever
// could not be answered by their deadline is told at once, unless a substitution would be. Thread-safe; a short lock
// per call.
class Admission {
    class Book;

public:
    // A call that came in. Its place is given back by whichever comes first: answered() or the destructor. May outlive
    // the admission.
    class Ticket {
    public:
        Ticket() = default;
        ~Ticket() { giveBack(); }
        Ticket(Ticket&& other) noexcept;
        Ticket& operator=(Ticket&& other) noexcept;

        // asAsked: by the version that was asked for; only such answers tell how long calls take.
        void answered(bool asAsked);

    private:
        friend class Admission;
        void giveBack();

        std::shared_ptr<Book> m_book; // null: no place
        std::shared_ptr<void> m_caller;
        std::shared_ptr<void> m_endpoint;
        MonoTime m_since;
        std::uint64_t m_bytes = 0;
        std::size_t m_among = 0;
    };

    struct Decision {
        Ticket ticket;
        std::optional<Refusal> refusal; // absent: come in
    };

    // Whether something else answers in time what the endpoint cannot. Any thread; must not block.
    using StandsIn = std::function<bool(std::string_view endpoint)>;

    // parallel: calls of one endpoint that are worked on at a time. clock must outlive it and the tickets.
    Admission(AdmissionLimits limits, unsigned parallel, const Clock& clock, StandsIn standsIn = {});
    ~Admission();
    Admission(const Admission&) = delete;
    Admission& operator=(const Admission&) = delete;

    Decision admit(const Knock& knock);
    // From now on; what is under way stays.
    void setLimits(const AdmissionLimits& limits);
    AdmissionCounters counters() const;

private:
    const std::shared_ptr<Book> m_book;
};

} // namespace gnomon::serving
