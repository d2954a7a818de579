// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/faults/kill9/node_state.h"
#include "backend/store/state_store.h"

namespace gnomon::faults {

Result<std::unique_ptr<NodeState>> NodeState::open(const std::filesystem::path& folder) {
    std::unique_ptr<NodeState> node(new NodeState);
    GNOMON_ASSIGN(node->m_signer, audit::FileSigner::open(folder / "audit.key", kOrigin, node->m_random));
    GNOMON_ASSIGN(node->m_state, store::openStateStore(folder / "state.db"));
    GNOMON_ASSIGN(node->m_log, audit::AuditLog::open({folder, kOrigin, node->m_random.id(), "faults"}, node->m_clock,
                                                     node->m_random, *node->m_signer));
    audit::AuditLog& log = *node->m_log;
    control::AuditReader reader{[&log] { return log.openIntents(); },
                                [&log](const AuditFilter& filter) { return log.search(filter); }};
    node->m_parts = std::make_unique<control::ChangeServiceParts>(
        control::ChangeServiceParts{node->m_directory, node->m_unused, *node->m_state, node->m_unused, log,
                                    std::move(reader), node->m_unused, node->m_clock, node->m_random});
    node->m_commits = std::make_unique<control::CommitLog>(*node->m_parts, Digest{});
    return node;
}

Status NodeState::recover() {
    GNOMON_TRY(m_commits->settle());
    GNOMON_ASSIGN(const std::vector<Generation> current, m_state->current());
    for (const Generation& generation : current) {
        GNOMON_TRY(m_directory.deploy(generation));
    }
    return {};
}

} // namespace gnomon::faults
