// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/audit/audit_log.h"
#include "backend/audit/file_signer.h"
#include "backend/control/commit_log.h"
#include "tests/faults/kill9/memory_directory.h"

#include <filesystem>
#include <memory>

namespace gnomon::faults {

inline const std::string kOrigin = "gnomon.example/faults/kill9/audit";
inline const std::vector<EndpointName> kEndpoints = {EndpointName("spam-filter"), EndpointName("credit-approval")};

// What of a node must survive a kill: the real audit log, the real state store and the real change flow between them.
class NodeState {
public:
    static Result<std::unique_ptr<NodeState>> open(const std::filesystem::path& folder);

    audit::AuditLog& log() { return *m_log; }
    port::StateStore& state() { return *m_state; }
    control::CommitLog& commits() { return *m_commits; }
    MemoryDirectory& directory() { return m_directory; }
    // What a node does before it serves: resolves open intents and puts the stored state in force.
    Status recover();

private:
    NodeState() = default;

    SystemClock m_clock;
    SystemRandom m_random;
    MemoryDirectory m_directory;
    Unused m_unused;
    std::unique_ptr<audit::FileSigner> m_signer;
    std::unique_ptr<port::StateStore> m_state;
    std::unique_ptr<audit::AuditLog> m_log;
    std::unique_ptr<control::ChangeServiceParts> m_parts;
    std::unique_ptr<control::CommitLog> m_commits;
};

} // namespace gnomon::faults
