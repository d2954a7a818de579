// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/clock.h"
#include "backend/port/model_runner.h"
#include "backend/port/state_store.h"
#include "backend/serving/endpoint_directory.h"
#include "backend/serving/policy/breaker.h"

#include <cstdint>
#include <filesystem>
#include <stop_token>

namespace gnomon::serving {

class EndpointState;

struct DirectoryOptions {
    std::filesystem::path repository;               // <repository>/<endpoint>/<version>/model.onnx
    std::uint64_t maxModelBytes = 1ull << 30;       // larger model files are refused
    std::uint64_t maxFileBytes = 16ull << 20;       // the same for every other file
    std::chrono::milliseconds goldenTimeout{10000}; // for one golden case in a worker
    BreakerRule breaker;                            // when a failing version is not asked for a while
};

// The directory with what the pipeline needs of it. Thread-safe.
class LiveDirectory : public EndpointDirectory {
public:
    // What serves the endpoint, or nullptr. Lives as long as the directory.
    virtual EndpointState* find(const EndpointName& endpoint) const = 0;
    // Gives every version that nothing has tried yet its trial in a worker, one after the other. Blocks; stops early
    // when `stop` was requested. Not needed for serving: it tells early which versions will not do.
    virtual void tryRemaining(std::stop_token stop) = 0;
};

// Reads the repository. Fails when it cannot be read or an endpoint.toml is not understood (file, line and column);
// a version that will not do is kept as Refused with the reason. Nothing is loaded before prepare() or tryRemaining().
// factory, state and clock must outlive the directory.
Result<std::unique_ptr<LiveDirectory>> makeEndpointDirectory(DirectoryOptions options, port::RunnerFactory& factory,
                                                             port::StateStore& state, const Clock& clock);

} // namespace gnomon::serving
