// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/mutex.h"
#include "backend/control/make_change_service.h"
#include "backend/domain/plan.h"

#include <atomic>
#include <deque>
#include <memory>
#include <thread>

namespace gnomon::control {

// Watches each new generation until its effect is proven: its first reply, and the last call of the older ones gone.
// Without traffic it sends a recorded request through the pipeline as a probe. The proof is a record of its own that
// refers to the intent. Thread-safe; one thread, awake only while something is to be proven.
class EffectTracker {
public:
    // parts must outlive the tracker.
    EffectTracker(const ChangeServiceParts& parts, NodeId node, Digest policy, std::chrono::milliseconds probeAfter);
    ~EffectTracker();
    EffectTracker(const EffectTracker&) = delete;
    EffectTracker& operator=(const EffectTracker&) = delete;

    // Also for a generation that somebody awaits already.
    void watch(const ChangeOutcome& outcome);
    // As ChangeService::awaitEffect. FailedPrecondition when a newer generation came first.
    Result<EffectProof> await(const EndpointName& endpoint, GenerationNumber generation,
                              std::chrono::milliseconds wait);

private:
    struct Probe {
        bool unacceptable = false; // the request itself: try another one. Written before `ended`
        std::atomic<bool> ended{false};
    };
    // One for each generation. Its thread alone changes what it found, others what it is to be proven of.
    struct Watched {
        Generation generation; // without an intent: of no change that is known, so there is nothing to record
        Digest change;
        EffectProof proof;
        MonoTime probeAt;
        std::shared_ptr<Probe> probe;
        bool superseded = false;
        bool recorded = false; // proof and, where there was an intent, its record are final
    };

    void add(const Generation& generation, const Digest& change) REQUIRES(m_mutex);
    Watched* find(const EndpointName& endpoint, GenerationNumber generation) REQUIRES(m_mutex);
    void run();
    void look(Watched& watched);
    void sendProbe(Watched& watched);
    Result<TensorSet> probeInputs(const Watched& watched);
    Status record(Watched& watched);

    const ChangeServiceParts& m_parts;
    const NodeId m_node;
    const Digest m_policy;
    const std::chrono::milliseconds m_probeAfter;
    Mutex m_mutex;
    Condition m_changed;
    std::deque<Watched> m_watched GUARDED_BY(m_mutex); // oldest first; bounded
    bool m_stopping GUARDED_BY(m_mutex) = false;
    std::thread m_thread;
};

} // namespace gnomon::control
