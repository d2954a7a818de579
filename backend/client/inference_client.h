// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/result.h"
#include "backend/client/connect_options.h"
#include "backend/domain/tensor.h"
#include "backend/port/model_runner.h"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace gnomon::client {

struct InferCall {
    std::string model;
    std::string version; // empty: what is deployed
    std::string id;
    std::map<std::string, std::string> parameters;
    TensorSet inputs;
    std::vector<std::string> outputs; // names; empty: all
    std::chrono::milliseconds deadline{1'000};
};

struct InferReply {
    TensorSet outputs;
    std::string version;    // as the node says: the version that answered
    std::string servedBy;   // "production", "fallback", "constant"; empty from servers that are not Gnomon's
    std::string reason;     // why production did not answer; empty when it did
    std::string generation; // decimal
    std::string exchange;
    std::chrono::nanoseconds latency{0}; // as seen here, sending and receiving included
};

struct ServerDescription {
    std::string name;
    std::string version;
    std::vector<std::string> extensions;
};

struct ModelSummary {
    std::string name;
    std::vector<std::string> versions;
    std::string platform;
    port::ModelSchema schema;
};

// Asks any server of the Open Inference Protocol. Thread-safe. Every call has a deadline; nothing is retried.
class InferenceClient {
public:
    virtual ~InferenceClient() = default;

    // Calls back exactly once, from a thread of the client's, which must not be blocked.
    virtual void infer(const InferCall& call, std::function<void(Result<InferReply>)> done) = 0;

    // These block until the answer or the deadline.
    virtual Result<InferReply> infer(const InferCall& call) = 0;
    virtual Result<ServerDescription> serverMetadata(std::chrono::milliseconds deadline) = 0;
    virtual Result<bool> serverReady(std::chrono::milliseconds deadline) = 0;
    virtual Result<ModelSummary> modelMetadata(const std::string& model, const std::string& version,
                                               std::chrono::milliseconds deadline) = 0;
};

// connections: how many to spread the calls over. The destructor waits for the calls that still run.
// FailedPrecondition when a certificate or key file is missing or unreadable; connecting itself is left to the calls.
Result<std::unique_ptr<InferenceClient>> makeInferenceClient(const ConnectOptions& options, unsigned connections = 1);

} // namespace gnomon::client
