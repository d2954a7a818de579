// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QPointer>
#include <QString>

#include "backend/domain/audit.h"
#include "ui/bridge/node_session.h"
#include "ui/models/audit_finding.h"
#include "ui/models/audit_witness.h"

#include <deque>
#include <list>
#include <optional>
#include <unordered_map>

namespace gnomon::ui {

// What checking one record here came to.
struct RecordProof {
    Finding finding = Finding::NotChecked;
    QString why;                        // in words; empty when verified
    std::optional<ProvenRecord> proven; // what the node brought forward
};

// Proves records one by one: asks the node for the inclusion proof, checks it with the pinned key, has the witness
// judge the checkpoint, and compares with what the node had shown. A few at a time, the last wanted first. Keeps what
// it found until the source changes. GUI thread only.
class AuditChecker final : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

    void setSource(NodeSession* session, LogWitness* witness);
    // Checks the record as it is shown, unless that was done or is on its way. urgent: before all others, as the one
    // that somebody reads.
    void want(const StoredRecord& shown, bool urgent = false);
    // Forgets findings that say that nothing was proved, so that they are tried again.
    void retry();

    // Forgets everything that was found, so that all of it is proved anew.
    void forget();

    const RecordProof* find(Seq seq) const;
    // The first record, by position, that was found to be false; absent when there is none.
    std::optional<Seq> firstFalse() const;

Q_SIGNALS:
    void checked(quint64 seq);

private:
    struct Flight {
        StoredRecord shown;
        Request request;
    };

    void pump();
    void take(const StoredRecord& shown, const Result<ProvenRecord>& answer);
    void conclude(Seq seq, RecordProof proof);

    QPointer<NodeSession> m_session;
    QPointer<LogWitness> m_witness;
    std::uint64_t m_epoch = 0; // counts the times that everything was forgotten
    std::optional<StoredRecord> m_urgent;
    std::deque<StoredRecord> m_waiting; // the back is next
    std::list<Flight> m_flying;
    std::unordered_map<std::uint64_t, RecordProof> m_proofs;
};

} // namespace gnomon::ui
