// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/audit_witness.h"

#include "backend/proof/checkpoint.h"
#include "ui/models/evidence_format.h"

#include <QPointer>

#include <algorithm>
#include <chrono>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr std::chrono::seconds kCadence{10};
constexpr std::chrono::milliseconds kPause{500}; // a log that grows fast is looked at twice a second

bool isAway(ErrorCode code) {
    return code == ErrorCode::Unavailable || code == ErrorCode::DeadlineExceeded || code == ErrorCode::Cancelled;
}

std::string sinceKey(const std::string& origin) {
    return "witness.since." + origin;
}

QString text(const Error& error) {
    return QString::fromStdString(error.message);
}

} // namespace

LogWitness* LogWitness::of(NodeSession& session, port::ConsoleStore& store, const Clock& clock) {
    auto* witness = session.findChild<LogWitness*>(QString(), Qt::FindDirectChildrenOnly);
    return witness != nullptr ? witness : new LogWitness(session, store, clock);
}

LogWitness::LogWitness(NodeSession& session, port::ConsoleStore& store, const Clock& clock)
    : QObject(&session), m_session(session), m_store(store), m_clock(clock) {
    m_timer.setInterval(kCadence);
    connect(&m_timer, &QTimer::timeout, this, &LogWitness::check);
    m_pause.setInterval(kPause);
    m_pause.setSingleShot(true);
    connect(&m_pause, &QTimer::timeout, this, &LogWitness::followGrowth);
    connect(&session, &NodeSession::updated, this, &LogWitness::followGrowth);
    connect(&session, &NodeSession::linkChanged, this, &LogWitness::followLink);
    connect(&session, &NodeSession::nodeReplaced, this, &LogWitness::forget);
    m_trust = remembered();
    followLink();
}

void LogWitness::followLink() {
    const bool live = m_session.link().state == port::LinkState::Live;
    if (live && !m_timer.isActive()) {
        m_timer.start();
        check();
    } else if (!live && m_timer.isActive()) {
        m_timer.stop();
        m_fetch.cancel();
        m_growing.clear();
        unreached(tr("the node is not reachable"));
    }
}

// Heartbeats bring the newest checkpoint along. One that is not newer may have overtaken a proof on its way: nothing
// is to be seen from it.
void LogWitness::followGrowth() {
    const NodeUpdate* latest = m_session.latest();
    const bool grown = latest != nullptr && m_trust.pinned && latest->auditHead.size > m_trust.pinned->size;
    if (!grown || m_told == latest->auditHead || m_trust.checking || m_pause.isActive()) {
        return;
    }
    m_pause.start();
    m_told = latest->auditHead;
    begin();
    judge(*m_told, 0, [this](Finding finding, const QString& why, bool asked) { settle(finding, why, asked); });
}

void LogWitness::forget() {
    m_fetch.cancel();
    m_growing.clear();
    m_admitted.reset();
    m_told.reset();
    update(remembered());
    check();
}

std::string LogWitness::keyOf(const char* what) const {
    return std::string("witness.") + what + '.' + m_session.profile().id;
}

Result<std::string> LogWitness::origin() const {
    GNOMON_ASSIGN(std::string known, m_store.setting(keyOf("origin")));
    return known.empty() && m_session.node() ? m_session.node()->auditOrigin : known;
}

// The alarm as raise() stored it, or nothing.
LogTrust LogWitness::remembered() const {
    LogTrust trust;
    const auto stored = m_store.setting(keyOf("alarm"));
    const QStringList parts =
        stored.ok() ? QString::fromStdString(*stored).split(u'\n', Qt::SkipEmptyParts) : QStringList();
    if (parts.size() != 3) {
        return trust;
    }
    trust.finding = static_cast<Finding>(std::clamp(parts[0].toInt(), int(Finding::Altered), int(Finding::Rewritten)));
    trust.checked = WallTime(std::chrono::microseconds(parts[1].toLongLong()));
    trust.why = parts[2];
    return withPin(std::move(trust));
}

void LogWitness::raise(LogTrust alarm) {
    const std::string text = std::to_string(static_cast<int>(alarm.finding)) + '\n' +
                             std::to_string(alarm.checked->time_since_epoch().count()) + '\n' +
                             alarm.why.simplified().toStdString();
    if (const Status stored = m_store.setSetting(keyOf("alarm"), text); !stored.ok()) {
        alarm.why += tr("; a restart of this console would forget it: %1").arg(ui::text(stored.error()));
    }
    update(std::move(alarm));
}

Status LogWitness::dismiss() {
    GNOMON_TRY(m_store.setSetting(keyOf("origin"), {}));
    GNOMON_TRY(m_store.setSetting(keyOf("alarm"), {}));
    forget();
    return {};
}

std::optional<proof::VerifierKey> LogWitness::key() const {
    if (!m_session.node()) {
        return std::nullopt;
    }
    const auto log = origin();
    const auto pinned = log.ok() ? m_store.pinned(*log) : Result<std::optional<port::PinnedCheckpoint>>(log.error());
    if (!pinned.ok()) {
        return std::nullopt;
    }
    auto key =
        proof::VerifierKey::parse(pinned->has_value() ? (*pinned)->verifierKey : m_session.node()->auditVerifierKey);
    return key.ok() ? std::optional(std::move(key).value()) : std::nullopt;
}

void LogWitness::check() {
    if (m_trust.checking || !m_session.node()) {
        return;
    }
    begin();
    // Only what was pinned before the question can make a smaller answer suspicious.
    const auto before = m_store.pinned(m_session.node()->auditOrigin);
    const std::uint64_t floor = before.ok() && before->has_value() ? (*before)->checkpoint.size : 0;
    m_fetch = m_session.getCheckpoint([this, floor](const Result<Checkpoint>& claimed) {
        if (!claimed.ok()) {
            unreached(text(claimed.error()));
            return;
        }
        judge(*claimed, floor,
              [this](Finding finding, const QString& why, bool asked) { settle(finding, why, asked); });
    });
}

void LogWitness::begin() {
    LogTrust trust = m_trust;
    trust.checking = true;
    update(trust);
}

// What was found before stays as it was.
void LogWitness::unreached(const QString& why) {
    LogTrust trust = m_trust;
    trust.checking = false;
    trust.unreachable = why;
    update(trust);
}

void LogWitness::admit(const Checkpoint& checkpoint, QObject* context, Judgement judgement) {
    judge(checkpoint, 0,
          [this, guard = QPointer<QObject>(context), judgement = std::move(judgement)](Finding finding,
                                                                                       const QString& why, bool asked) {
              if (isAlarm(finding)) {
                  settle(finding, why, asked);
              }
              if (!guard.isNull()) {
                  judgement(finding, why);
              }
          });
}

// Signature by the pinned key, then the right log, then the same history as before.
void LogWitness::judge(const Checkpoint& claimed, std::uint64_t floor, Verdict verdict) {
    const auto done = [&verdict](Finding finding, const QString& why) { verdict(finding, why, true); };
    if (!m_session.node()) {
        verdict(Finding::NotChecked, tr("the node has not said who it is"), false);
        return;
    }
    const NodeInfo& node = *m_session.node();
    const auto usual = m_store.setting(keyOf("origin"));
    if (!usual.ok()) {
        done(Finding::NotChecked, text(usual.error()));
        return;
    }
    if (!usual->empty() && *usual != node.auditOrigin) {
        done(Finding::Rewritten, tr("this connection led to the log %1 before, and leads to the log %2 now")
                                     .arg(QString::fromStdString(printable(*usual, 100)),
                                          QString::fromStdString(printable(node.auditOrigin, 100))));
        return;
    }
    const auto pinned = m_store.pinned(node.auditOrigin);
    if (!pinned.ok()) {
        done(Finding::NotChecked, text(pinned.error()));
        return;
    }
    if (pinned->has_value() && (*pinned)->verifierKey != node.auditVerifierKey) {
        done(Finding::KeyUnknown, tr("the node now signs with another key than the one that this console pinned"));
        return;
    }
    const auto known = key();
    if (!known) {
        done(Finding::KeyUnknown, tr("the node names no key that could be checked"));
        return;
    }
    const auto opened = proof::openCheckpoint(claimed.note, *known);
    if (!opened.ok()) {
        done(opened.error().code == ErrorCode::Unauthenticated ? Finding::KeyUnknown : Finding::Altered,
             text(opened.error()));
        return;
    }
    if (opened->origin != node.auditOrigin) {
        done(Finding::Rewritten,
             tr("the checkpoint is of another log: %1").arg(QString::fromStdString(opened->origin)));
        return;
    }
    if (usual->empty()) {
        if (const Status stored = m_store.setSetting(keyOf("origin"), opened->origin); !stored.ok()) {
            done(Finding::NotChecked, text(stored.error()));
            return;
        }
    }
    if (!pinned->has_value()) {
        const Status stored = pin(*opened);
        done(stored.ok() ? Finding::Verified : Finding::NotChecked, stored.ok() ? QString() : text(stored.error()));
        return;
    }
    const Checkpoint& before = (*pinned)->checkpoint;
    if (opened->size < floor) {
        done(Finding::Missing, tr("the log had %1 entries when this console last looked; now it has %2")
                                   .arg(countText(floor), countText(opened->size)));
        return;
    }
    const bool same = opened->size == before.size && opened->root == before.root;
    if (same || m_admitted == *opened) {
        done(Finding::Verified, {});
    } else if (opened->size >= before.size) {
        proveGrowth(before, *opened, std::move(verdict));
    } else {
        proveGrowth(*opened, before, std::move(verdict));
    }
}

void LogWitness::proveGrowth(const Checkpoint& older, const Checkpoint& newer, Verdict done) {
    const auto grown = m_growing.insert(m_growing.end(), Growth{older, newer, std::move(done), {}});
    grown->request =
        m_session.proveConsistency(older.size, newer.size, [this, grown](const Result<ConsistencyProof>& answer) {
            Growth growth = std::move(*grown);
            m_growing.erase(grown);
            if (!answer.ok()) {
                // A node that refuses to prove what it signed has not shown that it is honest.
                growth.done(Finding::NotChecked,
                            tr("the node did not prove that its log only grew: %1").arg(text(answer.error())),
                            !isAway(answer.error().code));
                return;
            }
            const Status honest = proof::checkGrowth(growth.older, growth.newer, *answer);
            if (!honest.ok()) {
                growth.done(
                    Finding::Rewritten,
                    tr("what the node signs now does not begin with the %1 records that this console saw before")
                        .arg(countText(growth.older.size)),
                    true);
                return;
            }
            const auto pinned = m_store.pinned(growth.newer.origin);
            if (pinned.ok() && pinned->has_value() && (*pinned)->checkpoint.size < growth.newer.size) {
                if (const Status stored = pin(growth.newer); !stored.ok()) {
                    growth.done(Finding::NotChecked, text(stored.error()), true);
                    return;
                }
            }
            m_admitted = growth.older;
            growth.done(Finding::Verified, {}, true);
        });
}

Status LogWitness::pin(const Checkpoint& checkpoint) {
    const std::string& vkey = m_session.node()->auditVerifierKey;
    const WallTime now = m_clock.wallNow();
    GNOMON_TRY(m_store.pin({checkpoint.origin, vkey, checkpoint, now}));
    GNOMON_ASSIGN(const std::string since, m_store.setting(sinceKey(checkpoint.origin)));
    if (since.empty()) {
        GNOMON_TRY(m_store.setSetting(sinceKey(checkpoint.origin), std::to_string(now.time_since_epoch().count())));
    }
    if (m_trust.finding == Finding::Verified) { // a proof of a record brought it along
        LogTrust trust = m_trust;
        trust.pinned = checkpoint;
        trust.checked = now;
        update(trust);
    }
    return {};
}

void LogWitness::settle(Finding finding, const QString& why, bool asked) {
    if (!asked) {
        unreached(why);
        return;
    }
    if (isAlarm(m_trust.finding)) { // the first stays
        LogTrust trust = m_trust;
        trust.checking = false;
        trust.unreachable.clear();
        update(std::move(trust));
        return;
    }
    LogTrust trust;
    trust.finding = finding;
    trust.why = why;
    trust.checked = m_clock.wallNow();
    trust = withPin(std::move(trust));
    isAlarm(finding) ? raise(std::move(trust)) : update(std::move(trust));
}

LogTrust LogWitness::withPin(LogTrust trust) const {
    const auto log = origin();
    if (!log.ok()) {
        return trust;
    }
    if (const auto pinned = m_store.pinned(*log); pinned.ok() && pinned->has_value()) {
        trust.pinned = (*pinned)->checkpoint;
    }
    if (const auto since = m_store.setting(sinceKey(*log)); since.ok() && !since->empty()) {
        trust.since = WallTime(std::chrono::microseconds(QString::fromStdString(*since).toLongLong()));
    }
    return trust;
}

void LogWitness::update(LogTrust trust) {
    if (trust != m_trust) {
        m_trust = std::move(trust);
        Q_EMIT changed();
    }
}

} // namespace gnomon::ui
