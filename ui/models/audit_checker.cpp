// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/audit_checker.h"

#include "backend/proof/record_check.h"

#include <algorithm>

namespace gnomon::ui {

namespace {

constexpr std::size_t kAtOnce = 4;
constexpr std::size_t kWaitingLimit = 200; // who scrolls past faster is not waiting for a tick

} // namespace

void AuditChecker::setSource(NodeSession* session, LogWitness* witness) {
    m_session = session;
    m_witness = witness;
    forget();
}

const RecordProof* AuditChecker::find(Seq seq) const {
    const auto found = m_proofs.find(seq.value);
    return found == m_proofs.end() ? nullptr : &found->second;
}

void AuditChecker::want(const StoredRecord& shown, bool urgent) {
    const Seq seq = shown.record.seq;
    const auto same = [seq](const StoredRecord& other) { return other.record.seq == seq; };
    const bool flying = std::any_of(m_flying.begin(), m_flying.end(), [&](const Flight& f) { return same(f.shown); });
    if (find(seq) != nullptr || flying) {
        return;
    }
    if (m_urgent && same(*m_urgent)) {
        return;
    }
    std::erase_if(m_waiting, same);
    if (urgent && m_urgent) {
        m_waiting.push_back(std::move(*m_urgent));
    }
    if (urgent) {
        m_urgent = shown;
    } else {
        m_waiting.push_back(shown);
    }
    if (m_waiting.size() > kWaitingLimit) {
        m_waiting.pop_front();
    }
    pump();
}

void AuditChecker::retry() {
    std::erase_if(m_proofs, [](const auto& entry) {
        return entry.second.finding == Finding::NotChecked || entry.second.finding == Finding::KeyUnknown;
    });
}

void AuditChecker::forget() {
    ++m_epoch;
    m_urgent.reset();
    m_waiting.clear();
    m_flying.clear();
    m_proofs.clear();
}

std::optional<Seq> AuditChecker::firstFalse() const {
    std::optional<Seq> first;
    for (const auto& [seq, proof] : m_proofs) {
        if (isAlarm(proof.finding) && (!first || seq < first->value)) {
            first = Seq(seq);
        }
    }
    return first;
}

void AuditChecker::pump() {
    while (!m_session.isNull() && (m_urgent || !m_waiting.empty()) && m_flying.size() < kAtOnce) {
        const auto flight =
            m_flying.insert(m_flying.end(), Flight{m_urgent ? std::move(*m_urgent) : std::move(m_waiting.back()), {}});
        if (m_urgent) {
            m_urgent.reset();
        } else {
            m_waiting.pop_back();
        }
        flight->request =
            m_session->proveRecord(flight->shown.record.seq, [this, flight](const Result<ProvenRecord>& answer) {
                const Flight landed = std::move(*flight);
                m_flying.erase(flight);
                take(landed.shown, answer);
                pump();
            });
    }
}

void AuditChecker::take(const StoredRecord& shown, const Result<ProvenRecord>& answer) {
    const Seq seq = shown.record.seq;
    if (!answer.ok()) {
        conclude(seq, {Finding::NotChecked, QString::fromStdString(answer.error().message), {}});
        return;
    }
    if (m_witness.isNull()) {
        return;
    }
    const auto key = m_witness->key();
    if (!key) {
        conclude(seq, {Finding::KeyUnknown, tr("the log's key is not known to this console"), *answer});
        return;
    }
    if (const Status good = proof::checkRecord(*answer, *key); !good.ok()) {
        const Finding finding =
            good.error().code == ErrorCode::Unauthenticated ? Finding::KeyUnknown : Finding::Altered;
        conclude(seq, {finding, QString::fromStdString(good.error().message), *answer});
        return;
    }
    // A page may leave payloads out; one that it shows must be the proven one.
    const bool otherPayload = shown.payload && answer->record.payload != shown.payload;
    if (answer->proof.seq != seq || answer->record.record != shown.record || otherPayload) {
        conclude(seq, {Finding::Altered, tr("the node showed another record than the one that it proves"), *answer});
        return;
    }
    m_witness->admit(answer->checkpoint, this,
                     [this, epoch = m_epoch, seq, proven = *answer](Finding finding, const QString& why) {
                         if (epoch == m_epoch) { // else it was judged for the source before
                             conclude(seq, {finding, why, proven});
                         }
                     });
}

void AuditChecker::conclude(Seq seq, RecordProof proof) {
    m_proofs.insert_or_assign(seq.value, std::move(proof));
    Q_EMIT checked(seq.value);
}

} // namespace gnomon::ui
