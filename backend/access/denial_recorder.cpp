// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/access/denial_recorder.h"
#include "backend/base/mutex.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>
#include <vector>

namespace gnomon::access {

namespace {

constexpr std::chrono::seconds kPeriod{1};

// What makes two denials the same. An identity that nobody vouched for is told apart by its host, not by its port: a
// stranger opens as many ports as he likes.
struct Key {
    std::chrono::seconds second;
    std::string identity;
    std::string action;
    std::string object;
    std::string reason;

    bool operator<(const Key& other) const {
        return std::tie(second, identity, action, object, reason) <
               std::tie(other.second, other.identity, other.action, other.object, other.reason);
    }
};

std::string hostOf(const std::string& address) {
    return address.substr(0, address.rfind(':'));
}

struct Entry {
    AuditRecord record; // of the first
    std::uint64_t count = 0;
};

AuditRecord recordOf(const Denial& denial) {
    AuditRecord record;
    record.kind = RecordKind::Deny;
    record.actor = {denial.person, printable(denial.peer.spiffeId), denial.peer.authMethod, denial.peer.certificate};
    record.sourceAddress = printable(denial.peer.address);
    record.sourceClient = printable(denial.peer.client);
    record.action = printable(denial.action);
    record.permission = denial.permission;
    record.object = printable(denial.object);
    record.result = "denied";
    record.code = codeName(denial.error.code);
    record.reason = printable(denial.error.message, 1000);
    return record;
}

} // namespace

// The denials that were not written yet.
class DenialRecorder::Book : public std::enable_shared_from_this<Book> {
public:
    Book(port::AuditSink& audit, const Clock& clock, DenialRecorderOptions options)
        : m_audit(audit), m_clock(clock), m_options(options) {}

    void add(const Denial& denial) EXCLUDES(m_mutex) {
        const std::string identity =
            printable(denial.peer.spiffeId.empty() ? hostOf(denial.peer.address) : denial.peer.spiffeId);
        AuditRecord record = recordOf(denial);
        Key key{second(), identity, record.action, record.object, record.reason};
        const MutexLock lock(m_mutex);
        if (!m_entries.contains(key) && kindsOf(key) >= m_options.perIdentity) {
            record.action = "merge";
            record.permission.clear();
            record.object.clear();
            record.code = codeName(ErrorCode::ResourceExhausted);
            record.reason = "more kinds of denials than are kept apart for one identity";
            key = {key.second, identity, {}, {}, {}};
        }
        auto entry = m_entries.find(key);
        if (entry == m_entries.end()) {
            if (m_entries.size() >= m_options.limit) {
                ++m_others;
                return;
            }
            entry = m_entries.emplace(std::move(key), Entry{std::move(record), 0}).first;
        }
        ++entry->second.count;
    }

    void write(bool everything) EXCLUDES(m_mutex) {
        std::vector<Entry> due;
        std::uint64_t others = 0;
        {
            const MutexLock lock(m_mutex);
            const std::chrono::seconds now = second();
            while (!m_entries.empty() && (everything || m_entries.begin()->first.second < now)) {
                due.push_back(std::move(m_entries.begin()->second));
                m_entries.erase(m_entries.begin());
            }
            std::swap(others, m_others);
        }
        for (Entry& entry : due) {
            append(std::move(entry.record), entry.count);
        }
        if (others > 0) {
            AuditRecord record;
            record.kind = RecordKind::Deny;
            record.actor = machineActor("denials");
            record.action = "merge";
            record.result = "denied";
            record.code = codeName(ErrorCode::ResourceExhausted);
            record.reason = "denials of more identities and reasons than are kept apart";
            append(std::move(record), others);
        }
    }

private:
    // How many are kept apart for the key's identity and second.
    std::size_t kindsOf(const Key& key) const REQUIRES(m_mutex) {
        const auto first = m_entries.lower_bound({key.second, key.identity, {}, {}, {}});
        const auto last = std::find_if(first, m_entries.end(), [&](const auto& entry) {
            return entry.first.second != key.second || entry.first.identity != key.identity;
        });
        return static_cast<std::size_t>(std::distance(first, last));
    }

    std::chrono::seconds second() const {
        return std::chrono::duration_cast<std::chrono::seconds>(m_clock.monoNow().time_since_epoch());
    }

    void append(AuditRecord record, std::uint64_t count) EXCLUDES(m_mutex) {
        AuditPayload payload;
        payload.facts.emplace_back("count", std::to_string(count));
        if (count > 1) {
            record.reason += " (" + std::to_string(count) + " times)";
        }
        m_audit.appendAsync(std::move(record), std::move(payload),
                            [book = shared_from_this(), count](const Result<port::Appended>& appended) {
                                if (!appended.ok()) {
                                    const MutexLock lock(book->m_mutex);
                                    book->m_others += count;
                                }
                            });
    }

    port::AuditSink& m_audit;
    const Clock& m_clock;
    const DenialRecorderOptions m_options;

    Mutex m_mutex;
    std::map<Key, Entry> m_entries GUARDED_BY(m_mutex);
    std::uint64_t m_others GUARDED_BY(m_mutex) = 0; // without a record of their own
};

DenialRecorder::DenialRecorder(port::AuditSink& audit, const Clock& clock, DenialRecorderOptions options)
    : m_book(std::make_shared<Book>(audit, clock, options)),
      m_writer(kPeriod, [book = m_book] { book->write(false); }) {}

DenialRecorder::~DenialRecorder() {
    m_writer.stop();
    m_book->write(true);
}

void DenialRecorder::record(const Denial& denial) {
    ++(denial.error.code == ErrorCode::Unauthenticated ? m_unauthenticated : m_denied);
    m_book->add(denial);
}

void DenialRecorder::flush(bool everything) {
    m_book->write(everything);
}

} // namespace gnomon::access
