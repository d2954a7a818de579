// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/result.h"
#include "backend/domain/deployment.h"

#include <optional>
#include <string>
#include <vector>

namespace gnomon::port {

// The node's durable desired state: every generation of every endpoint, for ever. Thread-safe; each write is durable
// and atomic when it returns.
class StateStore {
public:
    virtual ~StateStore() = default;
    // The newest generation of each endpoint.
    virtual Result<std::vector<Generation>> current() = 0;
    // Newest first.
    virtual Result<std::vector<Generation>> generations(const EndpointName& endpoint) = 0;
    virtual Result<Generation> generation(const EndpointName& endpoint, GenerationNumber number) = 0;
    // FailedPrecondition when number is not the newest + 1.
    virtual Status append(const Generation& generation) = 0;
    // The generation that the intent with this sequence number made; absent when it never got that far.
    virtual Result<std::optional<Generation>> madeBy(Seq intent) = 0;
    // Small named values: node id, versions that proved themselves, ... NotFound when unset.
    virtual Result<std::string> value(const std::string& key) = 0;
    virtual Status setValue(const std::string& key, const std::string& value) = 0;
};

} // namespace gnomon::port
