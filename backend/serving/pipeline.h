// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/clock.h"
#include "backend/base/result.h"
#include "backend/domain/exchange.h"
#include "backend/domain/identity.h"
#include "backend/domain/tensor.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gnomon::serving {

// A thread that offers itself to compute on, instead of waiting for others to.
class ComputeThread {
public:
    virtual ~ComputeThread() = default;
    // Any thread: what it computes was abandoned; it may never come back and is to be replaced.
    virtual void givenUp() = 0;
};

// One request, as the wire gave it. inputs.owner keeps the request's memory alive for whoever still needs it.
struct InferenceCall {
    EndpointName endpoint;
    // Asked for by number: answered by it alone, never substituted; refused for the production version in FALLBACK.
    std::optional<VersionNumber> version;
    TensorSet inputs;
    std::vector<std::string> outputs; // names; empty = all
    std::string requestId;
    std::map<std::string, std::string> parameters; // text form of the request's parameters
    Principal caller;
    std::optional<MonoTime> deadline;          // the caller's; the endpoint's budget applies as well
    std::shared_ptr<ComputeThread> thread;     // that calls infer(), when it may be computed on
    bool probe = false;                        // the node's own, for proof of effect: not mirrored
    std::shared_ptr<const TraceContext> trace; // the node's step in the caller's; null: the caller sent none
};

struct InferenceReply {
    TensorSet outputs;
    VersionNumber version; // 0 for a constant
    std::string servedBy;  // "production", "fallback", "constant"; "version" when the call named its version
    std::string reason;    // why it was substituted; empty when it was not
    GenerationNumber generation;
    ExchangeId exchange;
};

// Called exactly once, from any thread, possibly before infer() returns. Must not block.
using ReplyCallback = std::function<void(Result<InferenceReply>)>;

// design.md section 2, from admitted call to reply: validate, screen, predict, guard, mirror, observe.
// Thread-safe. Errors: NotFound (no such endpoint or version), InvalidArgument (inputs against the schema),
// Unavailable (disabled, the version named is out of service, or the chain ended in "refuse"), DeadlineExceeded only
// when the caller's deadline had passed
// on arrival.
class Pipeline {
public:
    virtual ~Pipeline() = default;
    virtual void infer(InferenceCall call, ReplyCallback done) = 0;
};

} // namespace gnomon::serving
