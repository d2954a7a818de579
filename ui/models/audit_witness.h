// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <QTimer>

#include "backend/port/console_store.h"
#include "backend/proof/verifier_key.h"
#include "ui/bridge/node_session.h"
#include "ui/models/audit_finding.h"

#include <functional>
#include <list>
#include <optional>

namespace gnomon::ui {

// What this console knows of one node's log by its own checking.
struct LogTrust {
    Finding finding = Finding::NotChecked;
    QString why;                      // in words; empty when verified
    bool checking = false;            // a check is on its way
    std::optional<Checkpoint> pinned; // the newest that was proved, whatever the finding
    std::optional<WallTime> since;    // when the first checkpoint of this log was pinned
    std::optional<WallTime> checked;  // when the finding was made
    QString unreachable;              // why the newest try could not be made; the finding is then of before

    bool operator==(const LogTrust&) const = default;
};

// Keeps a node honest about its log: on connect, with every heartbeat that tells of new records, and every ten seconds
// whatever it tells, the newest checkpoint must be signed by the pinned key and begin with everything that was seen
// before; only then it is pinned, and only then shown. The key is pinned at the first meeting. GUI thread only. One per
// session, which owns it. A connection leads to one log: another origin is as alarming as another past. The first alarm
// stays, over restarts of the console too, until a person dismisses it.
class LogWitness final : public QObject {
    Q_OBJECT
public:
    using Judgement = std::function<void(Finding, const QString& why)>;

    // The session's witness, made at the first call. store and clock must outlive the session.
    static LogWitness* of(NodeSession& session, port::ConsoleStore& store, const Clock& clock);

    const LogTrust& trust() const { return m_trust; }
    // The log's key as it is pinned; absent before the first meeting.
    std::optional<proof::VerifierKey> key() const;

    // A person has looked into the alarm: it goes, and the connection may lead to another log from now on. What is
    // pinned stays pinned, so that a log that contradicts it raises the alarm again.
    Status dismiss();

    // Checks now; does nothing while a check is on its way.
    void check();
    // Whether a checkpoint that came with a proof belongs to the history that was seen. Judges once, now or later, and
    // pins it when it is newer; never after the context died.
    void admit(const Checkpoint& checkpoint, QObject* context, Judgement judge);

Q_SIGNALS:
    void changed();

private:
    // asked: the node was reached, so that what it did not show counts against it.
    using Verdict = std::function<void(Finding, const QString& why, bool asked)>;
    struct Growth {
        Checkpoint older;
        Checkpoint newer;
        Verdict done;
        Request request;
    };

    LogWitness(NodeSession& session, port::ConsoleStore& store, const Clock& clock);
    void followLink();
    void followGrowth();
    void forget();
    LogTrust remembered() const;
    LogTrust withPin(LogTrust trust) const;
    // Of the log that this connection led to before; at the first meeting, as the node states it.
    Result<std::string> origin() const;
    std::string keyOf(const char* what) const;
    void raise(LogTrust alarm);
    // floor: what the log must not be smaller than.
    void judge(const Checkpoint& claimed, std::uint64_t floor, Verdict done);
    void proveGrowth(const Checkpoint& older, const Checkpoint& newer, Verdict done);
    void begin();
    void settle(Finding finding, const QString& why, bool asked);
    void unreached(const QString& why);
    Status pin(const Checkpoint& checkpoint);
    void update(LogTrust trust);

    NodeSession& m_session;
    port::ConsoleStore& m_store;
    const Clock& m_clock;
    LogTrust m_trust;
    QTimer m_timer;
    QTimer m_pause;                   // until new records are looked at again
    std::optional<Checkpoint> m_told; // the head that a heartbeat told of last, and that was judged
    Request m_fetch;
    std::list<Growth> m_growing;
    std::optional<Checkpoint> m_admitted; // the last one that was proved to be part of the pinned history
};

} // namespace gnomon::ui
