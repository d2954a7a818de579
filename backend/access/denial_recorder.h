// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/clock.h"
#include "backend/base/periodic.h"
#include "backend/domain/identity.h"
#include "backend/port/audit_sink.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace gnomon::access {

// One attempt that was turned away.
struct Denial {
    PeerIdentity peer;
    std::string person;     // where the peer was identified; empty otherwise
    std::string action;     // full method name or verb
    std::string permission; // name of what was missing; empty when the identity itself was refused
    std::string object;     // "endpoint/spam-filter"; may be empty
    Error error;            // what the peer was told
};

struct DenialRecorderOptions {
    std::size_t limit = 1024;    // different denials kept apart per second; the rest are counted together
    std::size_t perIdentity = 8; // of one identity, which chooses what it asks for; its rest are one record
};

// Writes denials to the audit trail, those with the same identity, action, object and reason merged into one record per
// second that carries the count (security.md 2.3 point 3). Nothing is lost silently: what does not fit is counted in a
// record of its identity or of everybody, and what the log would not take now is counted in a later one. What a peer
// says is cut to its record's length at once. Thread-safe; record() never blocks.
class DenialRecorder {
public:
    // audit and clock must outlive the recorder.
    DenialRecorder(port::AuditSink& audit, const Clock& clock, DenialRecorderOptions options = {});
    ~DenialRecorder(); // writes what is left
    DenialRecorder(const DenialRecorder&) = delete;
    DenialRecorder& operator=(const DenialRecorder&) = delete;

    void record(const Denial& denial);
    // Denials so far: of peers that nobody vouched for, and of known ones that may not.
    struct Counters {
        std::uint64_t unauthenticated = 0;
        std::uint64_t denied = 0;
    };
    Counters counters() const { return {m_unauthenticated.load(), m_denied.load()}; }
    // Hands every second that is over to the log; all of them when `everything`. Also done by the recorder's thread.
    void flush(bool everything);

private:
    class Book;
    std::atomic<std::uint64_t> m_unauthenticated{0};
    std::atomic<std::uint64_t> m_denied{0};
    std::shared_ptr<Book> m_book; // shared with appends that are under way
    Periodic m_writer;
};

} // namespace gnomon::access
