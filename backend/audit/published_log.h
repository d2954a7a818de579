// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/audit/recovery.h"
#include "backend/base/mutex.h"
#include "backend/port/signer.h"

#include <memory>

namespace gnomon::audit {

// The log as everybody may see it: the tree of what is durable, and checkpoints of it. A signature takes as long as
// some appends, so none waits for one: it is made when somebody asks, or when the writer says that it is time.
// Thread-safe.
class PublishedLog {
public:
    // The signer must outlive it.
    PublishedLog(LogIdentity identity, port::Signer& signer);

    void publish(merkle::TileTree tree);
    std::shared_ptr<const merkle::TileTree> tree() const;

    // Makes a checkpoint of the published tree, unless there is one.
    Status sign();
    // The newest that is signed; none before the first.
    std::optional<Checkpoint> newest() const;
    // Signs first. When that fails, the newest that could be signed, which is still true.
    Result<Checkpoint> checkpoint();
    // Why the last signature could not be made.
    Status health() const;

private:
    const LogIdentity m_identity;
    port::Signer& m_signer;

    mutable Mutex m_mutex;
    std::shared_ptr<const merkle::TileTree> m_tree GUARDED_BY(m_mutex); // readers keep the one that they use
    std::optional<Checkpoint> m_newest GUARDED_BY(m_mutex);
    Status m_health GUARDED_BY(m_mutex);
};

} // namespace gnomon::audit
