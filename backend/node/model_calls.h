// SPDX-License-Identifier: GPL-3.0-or-later
// Shows gRPC types: for the files of this folder only.
#pragma once

#include "backend/node/refused_calls.h"
#include "backend/serving/endpoint_directory.h"
#include "backend/wire/status.h"

#include <grpcpp/server_context.h>

#include <atomic>
#include <optional>
#include <string>

namespace gnomon::node {

// What the calls about models look at; all of it must outlive them.
struct ModelParts {
    serving::EndpointDirectory& directory;
    Guard& guard;
    const std::atomic<bool>& ready; // false while starting and draining
};

// The calls of the Open Inference Protocol that tell what is served and how it does. Thread-safe; no handler blocks.
class ModelCalls : public RefusedCalls {
public:
    explicit ModelCalls(ModelParts parts) : RefusedCalls(parts.guard), m_models(parts) {}

    Reactor* ModelReady(Context*, const inference::ModelReadyRequest*, inference::ModelReadyResponse*) final;
    Reactor* ModelMetadata(Context*, const inference::ModelMetadataRequest*, inference::ModelMetadataResponse*) final;
    Reactor* ModelConfig(Context*, const inference::ModelConfigRequest*, inference::ModelConfigResponse*) final;
    // Counted since the node started, for callers only: a version that is nothing but a shadow stays at 0. No version:
    // every one that is loaded.
    Reactor* ModelStatistics(Context*, const inference::ModelStatisticsRequest*,
                             inference::ModelStatisticsResponse*) final;
    // Every version of the repository. READY: a call that names it is answered, just as ModelReady says.
    Reactor* RepositoryIndex(Context*, const inference::RepositoryIndexRequest*,
                             inference::RepositoryIndexResponse*) final;

protected:
    static constexpr const char* kService = "inference.GRPCInferenceService/";

    // Admits the call, runs handle() and finishes with what it returns.
    template <class Handle>
    Reactor* answer(Context* context, const char* method, Handle handle) {
        Reactor* reactor = context->DefaultReactor();
        const auto principal = m_models.guard.admit(*context, std::string(kService) + method);
        reactor->Finish(principal ? wire::toGrpc(handle()) : wire::toGrpc(principal.error()));
        return reactor;
    }

private:
    Result<Version> versionOf(const std::string& model, const std::string& version) const;
    Status addStatistics(const EndpointName& endpoint, std::optional<VersionNumber> only,
                         inference::ModelStatisticsResponse& response) const;
    Status addIndex(const EndpointName& endpoint, bool readyOnly, inference::RepositoryIndexResponse& response) const;

    const ModelParts m_models;
};

} // namespace gnomon::node
