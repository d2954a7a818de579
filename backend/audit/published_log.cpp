// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/audit/published_log.h"
#include "backend/proof/checkpoint.h"

#include <utility>

namespace gnomon::audit {

PublishedLog::PublishedLog(LogIdentity identity, port::Signer& signer)
    : m_identity(std::move(identity)), m_signer(signer), m_tree(std::make_shared<const merkle::TileTree>()) {}

void PublishedLog::publish(merkle::TileTree tree) {
    auto published = std::make_shared<const merkle::TileTree>(std::move(tree));
    const MutexLock lock(m_mutex);
    m_tree = std::move(published);
}

std::shared_ptr<const merkle::TileTree> PublishedLog::tree() const {
    const MutexLock lock(m_mutex);
    return m_tree;
}

std::optional<Checkpoint> PublishedLog::newest() const {
    const MutexLock lock(m_mutex);
    return m_newest;
}

Status PublishedLog::health() const {
    const MutexLock lock(m_mutex);
    return m_health;
}

Status PublishedLog::sign() {
    std::shared_ptr<const merkle::TileTree> tree;
    {
        const MutexLock lock(m_mutex);
        if (m_newest && m_newest->size >= m_tree->size()) {
            return {};
        }
        tree = m_tree;
    }
    // Two may sign the same tree at once; Ed25519 gives both the same signature.
    const Result<Checkpoint> made = proof::signCheckpoint(m_identity.origin, tree->size(), tree->root(), m_identity.key,
                                                          [this](ByteView message) { return m_signer.sign(message); });
    const MutexLock lock(m_mutex);
    m_health = made.ok() ? Status{} : made.error();
    if (made.ok() && (!m_newest || made->size > m_newest->size)) {
        m_newest = *made;
    }
    return m_health;
}

Result<Checkpoint> PublishedLog::checkpoint() {
    const Status made = sign();
    const std::optional<Checkpoint> newest = this->newest();
    return newest ? Result<Checkpoint>(*newest) : made.error();
}

} // namespace gnomon::audit
