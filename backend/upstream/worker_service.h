// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/mutex.h"
#include "backend/port/model_runner.h"

#include <inference/grpc_service.grpc.pb.h>

#include <map>

// Part of backend/upstream's implementation: shows gRPC types.
namespace gnomon::upstream {

// Metadata of calls that no caller waits for (RunRequest::background).
inline constexpr const char* kBackgroundMetadata = "gnomon-background";

// The calls whose caller has gone while the model still computes. Thread-safe.
class AbandonedCalls {
public:
    void add(const void* call);
    void remove(const void* call);
    // When the oldest was abandoned; nothing when there is none.
    std::optional<MonoTime> oldest() const;

private:
    mutable Mutex m_mutex;
    std::map<const void*, MonoTime> m_calls GUARDED_BY(m_mutex);
};

// One model over the Open Inference Protocol: ModelInfer, ModelMetadata, ModelConfig and ServerReady; everything else
// is answered UNIMPLEMENTED. Whatever name a caller gives the model, it is this one.
class WorkerService final : public inference::GRPCInferenceService::CallbackService {
public:
    WorkerService(std::string name, std::shared_ptr<port::ModelRunner> runner);

    const AbandonedCalls& abandoned() const { return m_abandoned; }

    grpc::ServerUnaryReactor* ServerReady(grpc::CallbackServerContext* context,
                                          const inference::ServerReadyRequest* request,
                                          inference::ServerReadyResponse* response) override;
    grpc::ServerUnaryReactor* ModelMetadata(grpc::CallbackServerContext* context,
                                            const inference::ModelMetadataRequest* request,
                                            inference::ModelMetadataResponse* response) override;
    grpc::ServerUnaryReactor* ModelConfig(grpc::CallbackServerContext* context,
                                          const inference::ModelConfigRequest* request,
                                          inference::ModelConfigResponse* response) override;
    grpc::ServerUnaryReactor* ModelInfer(grpc::CallbackServerContext* context,
                                         const inference::ModelInferRequest* request,
                                         inference::ModelInferResponse* response) override;

private:
    const std::string m_name;
    const std::shared_ptr<port::ModelRunner> m_runner;
    AbandonedCalls m_abandoned;
};

} // namespace gnomon::upstream
