// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/faults/kill9/checker.h"
#include "backend/audit/fsck.h"
#include "backend/merkle/hash.h"
#include "backend/proof/signing_key.h"
#include "tests/faults/kill9/node_state.h"

#include <cinttypes>
#include <cstdio>

namespace gnomon::faults {

void Checker::inconsistent(const std::string& what) {
    ++m_inconsistent;
    std::fprintf(stderr, "inconsistent: %s\n", what.c_str());
}

void Checker::lose(const std::string& what) {
    ++m_lost;
    std::fprintf(stderr, "lost: %s\n", what.c_str());
}

void Checker::follow(const AuditRecord& record) {
    m_tags[record.seq.value] = record.requestId;
    if (record.kind == RecordKind::Intent) {
        m_intents[record.seq.value] = {};
    } else if (record.kind == RecordKind::Outcome && record.ref) {
        Intent& intent = m_intents[record.ref->value];
        ++intent.outcomes;
        intent.applied = record.result == "ok";
        m_outcomes[record.seq.value] = record.ref->value;
    }
}

// Everything that the last life added, as it lies there before anybody repairs anything.
Status Checker::readNewRecords() {
    GNOMON_ASSIGN(const std::unique_ptr<audit::EvidenceReader> reader,
                  audit::EvidenceReader::open(m_folder / "audit.db"));
    GNOMON_ASSIGN(const audit::StoredHead head, reader->head());
    GNOMON_ASSIGN(const std::vector<StoredRecord> records, reader->records({m_tree.size(), head.size}));
    for (const StoredRecord& record : records) {
        m_tree.append(merkle::leafHash(record.bytes));
        follow(record.record);
    }
    GNOMON_ASSIGN(const std::uint64_t end, reader->end());
    GNOMON_ASSIGN(const merkle::TileTree stored, merkle::TileTree::restore(head.size, head.partial));
    if (end != head.size || stored.root() != m_tree.root()) {
        inconsistent("head and records differ at size " + std::to_string(head.size));
    }
    return {};
}

void Checker::checkAcknowledgement(const Acknowledgement& acknowledgement) {
    const std::string name = "record " + std::to_string(acknowledgement.seq);
    switch (acknowledgement.what) {
    case Acknowledgement::What::Recovered:
        for (auto at = m_intents.begin(); at != m_intents.lower_bound(acknowledgement.seq); ++at) {
            if (at->second.outcomes != 1) {
                inconsistent("intent " + std::to_string(at->first) + " was not resolved at start");
            }
        }
        return;
    case Acknowledgement::What::Record:
        if (acknowledgement.seq >= m_tree.size()) {
            lose(name);
        } else if (m_tags[acknowledgement.seq] != std::to_string(acknowledgement.tag)) {
            inconsistent(name + " is not the one that was acknowledged");
        }
        return;
    case Acknowledgement::What::Change:
        if (acknowledgement.seq >= m_tree.size()) {
            lose(name);
        } else if (const auto found = m_outcomes.find(acknowledgement.seq);
                   found == m_outcomes.end() || found->second != acknowledgement.tag) {
            inconsistent(name + " is not the outcome that was acknowledged");
        }
        return;
    }
}

void Checker::check(const std::vector<Acknowledgement>& acknowledged) {
    if (!std::filesystem::exists(m_folder / "audit.db")) {
        return; // killed before it made anything
    }
    m_tags.clear();
    if (const Status read = readNewRecords(); !read.ok()) {
        // A kill while the very first transaction was written leaves a file without tables; nothing was promised yet.
        if (m_tree.size() > 0 || !acknowledged.empty()) {
            inconsistent(read.error().message);
        }
        return;
    }
    for (const Acknowledgement& acknowledgement : acknowledged) {
        checkAcknowledgement(acknowledgement);
    }
}

// The state has a generation for each intent that was applied, and for no other.
Status Checker::checkState() {
    GNOMON_ASSIGN(const std::unique_ptr<NodeState> node, NodeState::open(m_folder));
    GNOMON_TRY(node->recover());
    GNOMON_TRY(readNewRecords());
    std::map<std::uint64_t, std::uint64_t> applied; // intents that the state knows
    for (const EndpointName& endpoint : kEndpoints) {
        GNOMON_ASSIGN(const std::vector<Generation> generations, node->state().generations(endpoint));
        for (const Generation& generation : generations) {
            ++applied[generation.intent->value];
        }
    }
    for (const auto& [seq, intent] : m_intents) {
        if (intent.applied != (applied.count(seq) == 1)) {
            inconsistent("intent " + std::to_string(seq) + (intent.applied ? " was not" : " was") + " stored");
        }
        applied.erase(seq);
    }
    if (!applied.empty()) {
        inconsistent("the state has changes that the log does not know");
    }
    AuditFilter filter;
    filter.kind = RecordKind::Intent;
    filter.pageSize = 1;
    GNOMON_ASSIGN(const AuditPage page, node->log().search(filter));
    if (!page.atLeast && page.matching != m_intents.size()) {
        inconsistent("the search index knows " + std::to_string(page.matching) + " intents");
    }
    return {};
}

void Checker::finish() {
    if (const Status state = checkState(); !state.ok()) {
        inconsistent(state.error().message);
        return;
    }
    SystemRandom random;
    const auto key = proof::SigningKey::open(m_folder / "audit.key", kOrigin, random);
    const auto report = audit::checkWholeLog(m_folder / "audit.db", {kOrigin, key.value().verifierKey()});
    if (!report.ok() || !report->ok() || report->root != m_tree.root()) {
        inconsistent(report.ok() ? "full check: " + report->finding : report.error().message);
    }
}

bool Checker::print(int cycles) const {
    std::uint64_t unresolved = 0;
    for (const auto& [seq, intent] : m_intents) {
        unresolved += intent.outcomes == 1 ? 0 : 1;
    }
    std::printf("cycles=%d records=%" PRIu64 " lost_acknowledged=%" PRIu64 " inconsistent=%" PRIu64
                " intents=%zu intents_without_exactly_one_outcome=%" PRIu64 "\n",
                cycles, m_tree.size(), m_lost, m_inconsistent, m_intents.size(), unresolved);
    return m_lost == 0 && m_inconsistent == 0 && unresolved == 0 && !m_intents.empty();
}

} // namespace gnomon::faults
