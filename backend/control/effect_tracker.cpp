// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/control/effect_tracker.h"
#include "backend/base/log.h"
#include "backend/base/thread_name.h"

#include <algorithm>
#include <utility>

namespace gnomon::control {

namespace {

constexpr std::size_t kKept = 256; // proofs that can still be asked for
constexpr std::chrono::milliseconds kLook{5};
constexpr std::chrono::milliseconds kRecordAgain{1000};

Principal prober() {
    Principal principal;
    principal.actor = machineActor("proof-of-effect");
    principal.role = "node";
    return principal;
}

} // namespace

EffectTracker::EffectTracker(const ChangeServiceParts& parts, NodeId node, Digest policy,
                             std::chrono::milliseconds probeAfter)
    : m_parts(parts), m_node(std::move(node)), m_policy(policy), m_probeAfter(probeAfter), m_thread([this] {
          nameThread("effects");
          run();
      }) {}

EffectTracker::~EffectTracker() {
    {
        const MutexLock lock(m_mutex);
        m_stopping = true;
        m_changed.notifyAll();
    }
    m_thread.join();
}

void EffectTracker::watch(const ChangeOutcome& outcome) {
    const MutexLock lock(m_mutex);
    add(outcome.generation, outcome.digest.value);
}

void EffectTracker::add(const Generation& generation, const Digest& change) {
    if (Watched* known = find(generation.endpoint, generation.number)) {
        if (!known->generation.intent && generation.intent) { // awaited before its change was known: now to be recorded
            known->generation = generation;
            known->change = change;
            known->recorded = false;
            m_changed.notifyAll();
        }
        return;
    }
    Watched watched;
    watched.generation = generation;
    watched.change = change;
    watched.proof.node = m_node;
    watched.proof.endpoint = generation.endpoint;
    watched.proof.generation = generation.number;
    watched.probeAt = m_parts.clock.monoNow() + m_probeAfter;
    m_watched.push_back(std::move(watched));
    // What is not final yet stays: at most one generation of each endpoint, for a newer one ends it.
    if (m_watched.size() > kKept && m_watched.front().recorded) {
        m_watched.pop_front();
    }
    m_changed.notifyAll();
}

EffectTracker::Watched* EffectTracker::find(const EndpointName& endpoint, GenerationNumber generation) {
    const auto found = std::find_if(m_watched.rbegin(), m_watched.rend(), [&](const Watched& watched) {
        return watched.generation.endpoint == endpoint && watched.generation.number == generation;
    });
    return found == m_watched.rend() ? nullptr : &*found;
}

Result<EffectProof> EffectTracker::await(const EndpointName& endpoint, GenerationNumber generation,
                                         std::chrono::milliseconds wait) {
    const MonoTime until = m_parts.clock.monoNow() + wait;
    GNOMON_ASSIGN(const Generation inForce, m_parts.directory.inForce(endpoint));
    const MutexLock lock(m_mutex);
    if (find(endpoint, generation) == nullptr) {
        if (inForce.number != generation) {
            return Error{ErrorCode::NotFound, "generation " + std::to_string(generation.value) + " of endpoint '" +
                                                  endpoint.value + "' is not in force, and its proof is not kept"};
        }
        Generation started = inForce; // in force since the node started: proven anew, without a second record
        started.intent.reset();
        add(started, {});
    }
    for (;;) {
        const Watched* watched = find(endpoint, generation);
        if (watched == nullptr) {
            return Error{ErrorCode::NotFound, "the proof of this generation is not kept any more"};
        }
        if (watched->recorded && watched->superseded) {
            return Error{ErrorCode::FailedPrecondition, "generation " + std::to_string(generation.value) +
                                                            " of endpoint '" + endpoint.value +
                                                            "' was replaced before its effect was proven"};
        }
        if (watched->recorded) {
            return watched->proof;
        }
        if (!m_changed.waitUntil(m_mutex, until) && m_parts.clock.monoNow() >= until) {
            const Watched* last = find(endpoint, generation);
            if (last != nullptr && last->recorded) {
                continue;
            }
            return Error{ErrorCode::DeadlineExceeded,
                         "the effect of generation " + std::to_string(generation.value) + " of endpoint '" +
                             endpoint.value + "' is not proven yet",
                         "ask again"};
        }
    }
}

void EffectTracker::run() {
    m_mutex.lock();
    while (!m_stopping) {
        std::vector<std::pair<EndpointName, GenerationNumber>> open;
        for (const Watched& watched : m_watched) {
            if (!watched.recorded) {
                open.emplace_back(watched.generation.endpoint, watched.generation.number);
            }
        }
        if (open.empty()) {
            m_changed.wait(m_mutex);
            continue;
        }
        bool waiting = true;
        for (const auto& [endpoint, generation] : open) {
            Watched copy = *find(endpoint, generation);
            m_mutex.unlock();
            look(copy);
            m_mutex.lock();
            Watched& kept = *find(endpoint, generation);            // nothing goes before it is recorded
            if (kept.generation.intent != copy.generation.intent) { // its change became known meanwhile
                copy.generation = kept.generation;
                copy.change = kept.change;
                copy.recorded = false;
            }
            waiting = waiting && !copy.recorded;
            kept = std::move(copy);
        }
        if (!waiting) {
            m_changed.notifyAll();
        }
        m_changed.waitUntil(m_mutex, std::chrono::steady_clock::now() + kLook);
    }
    m_mutex.unlock();
}

void EffectTracker::look(Watched& watched) {
    const Result<serving::GenerationTraffic> traffic = m_parts.directory.traffic(watched.generation.endpoint);
    if (!traffic.ok()) {
        return;
    }
    EffectProof& proof = watched.proof;
    if (traffic->generation != watched.generation.number) {
        watched.superseded = true;
    } else if (traffic->firstReply) {
        proof.firstExchange = traffic->firstReply->value;
        proof.servedBy = traffic->servedBy;
        proof.firstReply = traffic->firstReplyTime;
        proof.oldInFlight = traffic->olderInFlight;
        proof.byProbe = traffic->byProbe;
        proof.complete = proof.oldInFlight == 0;
    } else if (m_parts.clock.monoNow() >= watched.probeAt) {
        sendProbe(watched);
    }
    if (!proof.complete && !watched.superseded) {
        return;
    }
    if (const Status status = record(watched); !status.ok()) {
        logEvent(LogLevel::Error, "effect_not_recorded",
                 {{"endpoint", watched.generation.endpoint.value}, {"error", status.error().message}});
        const MutexLock lock(m_mutex);
        if (!m_stopping) {
            m_changed.waitUntil(m_mutex, std::chrono::steady_clock::now() + kRecordAgain);
        }
    }
}

void EffectTracker::sendProbe(Watched& watched) {
    if (watched.probe && !watched.probe->ended) {
        return;
    }
    watched.probeAt = m_parts.clock.monoNow() + m_probeAfter;
    const Result<TensorSet> inputs = probeInputs(watched);
    if (!inputs.ok()) {
        return;
    }
    serving::InferenceCall call;
    call.endpoint = watched.generation.endpoint;
    call.inputs = *inputs;
    call.requestId = "proof-of-effect";
    call.caller = prober();
    call.probe = true;
    watched.probe = std::make_shared<Probe>();
    m_parts.pipeline.infer(std::move(call), [probe = watched.probe](const Result<serving::InferenceReply>& reply) {
        probe->unacceptable = !reply.ok() && reply.error().code == ErrorCode::InvalidArgument;
        probe->ended = true;
    });
}

// A recorded request first; what the repository knows of the version where that is not accepted or there is none.
Result<TensorSet> EffectTracker::probeInputs(const Watched& watched) {
    const EndpointName& endpoint = watched.generation.endpoint;
    const bool unacceptable = watched.probe && watched.probe->unacceptable;
    if (!unacceptable) {
        const auto recorded = m_parts.exchanges.recent(endpoint, 1);
        if (recorded.ok() && !recorded->empty() && recorded->front().payload) {
            return makeTensorSet(recorded->front().payload->inputs);
        }
    }
    const Result<TensorSet> example = m_parts.directory.exampleInputs(endpoint);
    return example.ok() || unacceptable ? example : TensorSet{}; // a refusal asks for no inputs
}

Status EffectTracker::record(Watched& watched) {
    if (!watched.generation.intent) {
        watched.recorded = true;
        return {};
    }
    const EffectProof& proof = watched.proof;
    AuditRecord record;
    record.kind = RecordKind::Effect;
    record.actor = machineActor("proof-of-effect");
    record.action = changeKindName(watched.generation.kind);
    record.object = "endpoint/" + watched.generation.endpoint.value;
    record.change = watched.change;
    record.ref = watched.generation.intent;
    record.result = proof.complete ? "ok" : "failed";
    record.code = proof.complete ? "OK" : codeName(ErrorCode::FailedPrecondition);
    record.reason = proof.complete ? "first reply by " + proof.servedBy + (proof.byProbe ? ", to a probe" : "") +
                                         "; no call of an older generation is left"
                                   : "replaced by a newer generation before its effect was proven";
    record.policy = m_policy;
    AuditPayload payload;
    payload.facts.emplace_back("generation", std::to_string(watched.generation.number.value));
    if (!proof.firstExchange.empty()) {
        payload.facts.emplace_back("first exchange", proof.firstExchange);
        payload.facts.emplace_back("first reply", toRfc3339(proof.firstReply));
    }
    GNOMON_ASSIGN(const port::Appended appended, m_parts.audit.append(std::move(record), std::move(payload)));
    watched.proof.record = appended.seq;
    watched.recorded = true;
    return {};
}

} // namespace gnomon::control
