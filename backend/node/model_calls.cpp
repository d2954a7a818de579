// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/model_calls.h"
#include "backend/node/readiness.h"
#include "backend/wire/model_description.h"

#include <optional>

namespace gnomon::node {

namespace {

wire::ModelDescription describe(const Version& version) {
    wire::ModelDescription model;
    model.name = version.endpoint.value;
    model.schema.inputs = version.inputs;
    model.schema.outputs = version.outputs;
    model.schema.classNames = version.classNames;
    return model;
}

void write(const serving::Timed64& timed, inference::StatisticDuration& message) {
    message.set_count(timed.count);
    message.set_ns(static_cast<std::uint64_t>(timed.time.count()));
}

void writeStatistics(const Version& version, const serving::VersionCounters& counters,
                     inference::ModelStatistics& message) {
    using std::chrono::milliseconds;
    message.set_name(version.endpoint.value);
    message.set_version(std::to_string(version.number.value));
    message.set_last_inference(
        static_cast<std::uint64_t>(std::chrono::duration_cast<milliseconds>(counters.last.time_since_epoch()).count()));
    message.set_inference_count(counters.rows);
    message.set_execution_count(counters.executions);
    inference::InferStatistics& times = *message.mutable_inference_stats();
    write(counters.success, *times.mutable_success());
    write(counters.fail, *times.mutable_fail());
    write(counters.queue, *times.mutable_queue());
    write(counters.computeInput, *times.mutable_compute_input());
    write(counters.computeInfer, *times.mutable_compute_infer());
    write(counters.computeOutput, *times.mutable_compute_output());
}

bool isLoaded(const Version& version) {
    return version.state == VersionState::Ready || version.state == VersionState::Skipped;
}

} // namespace

Result<Version> ModelCalls::versionOf(const std::string& model, const std::string& version) const {
    GNOMON_ASSIGN(const EndpointName name, parseEndpointName(model));
    GNOMON_ASSIGN(const std::vector<Version> versions, m_models.directory.versions(name));
    GNOMON_ASSIGN(const Generation generation, m_models.directory.inForce(name));
    VersionNumber wanted = generation.deployment.production;
    if (!version.empty()) {
        GNOMON_ASSIGN(wanted, parseVersionNumber(version));
    }
    for (const Version& candidate : versions) {
        if (candidate.number == wanted) {
            return candidate;
        }
    }
    return Error{ErrorCode::NotFound, "endpoint '" + name.value + "' has no version " + std::to_string(wanted.value)};
}

ModelCalls::Reactor* ModelCalls::ModelReady(Context* context, const inference::ModelReadyRequest* request,
                                            inference::ModelReadyResponse* response) {
    return answer(context, "ModelReady", [&]() -> Status {
        GNOMON_ASSIGN(const Version version, versionOf(request->name(), request->version()));
        GNOMON_ASSIGN(const Generation generation, m_models.directory.inForce(version.endpoint));
        GNOMON_ASSIGN(const std::vector<Version> versions, m_models.directory.versions(version.endpoint));
        const bool answered = request->version().empty() ? answers(generation.deployment, versions)
                                                         : answersAs(generation.deployment, versions, version.number);
        response->set_ready(m_models.ready.load() && answered);
        return {};
    });
}

ModelCalls::Reactor* ModelCalls::ModelMetadata(Context* context, const inference::ModelMetadataRequest* request,
                                               inference::ModelMetadataResponse* response) {
    return answer(context, "ModelMetadata", [&]() -> Status {
        GNOMON_ASSIGN(const Version version, versionOf(request->name(), request->version()));
        wire::ModelDescription model = describe(version);
        GNOMON_ASSIGN(const std::vector<Version> versions, m_models.directory.versions(version.endpoint));
        for (const Version& each : versions) {
            if (each.state == VersionState::Ready) {
                model.versions.push_back(std::to_string(each.number.value));
            }
        }
        wire::writeModelMetadata(model, *response);
        return {};
    });
}

ModelCalls::Reactor* ModelCalls::ModelConfig(Context* context, const inference::ModelConfigRequest* request,
                                             inference::ModelConfigResponse* response) {
    return answer(context, "ModelConfig", [&]() -> Status {
        GNOMON_ASSIGN(const Version version, versionOf(request->name(), request->version()));
        wire::writeModelConfig(describe(version), *response->mutable_config());
        return {};
    });
}

Status ModelCalls::addStatistics(const EndpointName& endpoint, std::optional<VersionNumber> only,
                                 inference::ModelStatisticsResponse& response) const {
    GNOMON_ASSIGN(const auto counters, m_models.directory.counters(endpoint));
    GNOMON_ASSIGN(const std::vector<Version> versions, m_models.directory.versions(endpoint));
    for (const Version& version : versions) {
        if (only ? version.number == *only : isLoaded(version)) {
            writeStatistics(version, counters.at(version.number), *response.add_model_stats());
        }
    }
    return {};
}

ModelCalls::Reactor* ModelCalls::ModelStatistics(Context* context, const inference::ModelStatisticsRequest* request,
                                                 inference::ModelStatisticsResponse* response) {
    return answer(context, "ModelStatistics", [&]() -> Status {
        if (request->name().empty()) {
            for (const EndpointName& name : m_models.directory.names()) {
                GNOMON_TRY(addStatistics(name, std::nullopt, *response));
            }
            return {};
        }
        if (request->version().empty()) {
            GNOMON_ASSIGN(const EndpointName name, parseEndpointName(request->name()));
            return addStatistics(name, std::nullopt, *response);
        }
        GNOMON_ASSIGN(const Version version, versionOf(request->name(), request->version()));
        return addStatistics(version.endpoint, version.number, *response);
    });
}

Status ModelCalls::addIndex(const EndpointName& endpoint, bool readyOnly,
                            inference::RepositoryIndexResponse& response) const {
    GNOMON_ASSIGN(const std::vector<Version> versions, m_models.directory.versions(endpoint));
    GNOMON_ASSIGN(const Generation generation, m_models.directory.inForce(endpoint));
    for (const Version& version : versions) {
        const std::string why = whySilent(generation.deployment, version);
        if (readyOnly && !why.empty()) {
            continue;
        }
        inference::RepositoryIndexResponse::ModelIndex& model = *response.add_models();
        model.set_name(endpoint.value);
        model.set_version(std::to_string(version.number.value));
        model.set_state(version.state == VersionState::Loading ? "LOADING" : why.empty() ? "READY" : "UNAVAILABLE");
        model.set_reason(why);
    }
    return {};
}

ModelCalls::Reactor* ModelCalls::RepositoryIndex(Context* context, const inference::RepositoryIndexRequest* request,
                                                 inference::RepositoryIndexResponse* response) {
    return answer(context, "RepositoryIndex", [&]() -> Status {
        if (!request->repository_name().empty()) {
            return Error{ErrorCode::Unimplemented,
                         "a node has one repository: asking for it by name is not carried out",
                         "leave repository_name empty", "repository_name"};
        }
        for (const EndpointName& name : m_models.directory.names()) {
            GNOMON_TRY(addIndex(name, request->ready(), *response));
        }
        return {};
    });
}

} // namespace gnomon::node
