// SPDX-License-Identifier: GPL-3.0-or-later
// Shows gRPC types: for the files of this folder only.
#pragma once

#include "backend/node/guard.h"

#include <inference/grpc_service.grpc.pb.h>

namespace gnomon::node {

// What grpc_cpp_plugin makes of the protocol, but ModelInfer and ModelStreamInfer hand over bytes in place of messages:
// what is turned away is never read.
using Oip = inference::GRPCInferenceService;
using OipCalls = Oip::WithRawMethod_ModelInfer<
    Oip::WithRawCallbackMethod_ModelStreamInfer<Oip::WithCallbackMethod_ServerLive<Oip::WithCallbackMethod_ServerReady<
        Oip::WithCallbackMethod_ModelReady<Oip::WithCallbackMethod_ServerMetadata<Oip::WithCallbackMethod_ModelMetadata<
            Oip::WithCallbackMethod_ModelConfig<Oip::WithCallbackMethod_ModelStatistics<
                Oip::WithCallbackMethod_RepositoryIndex<Oip::WithCallbackMethod_RepositoryModelLoad<
                    Oip::WithCallbackMethod_RepositoryModelUnload<Oip::WithCallbackMethod_SystemSharedMemoryStatus<
                        Oip::WithCallbackMethod_SystemSharedMemoryRegister<
                            Oip::WithCallbackMethod_SystemSharedMemoryUnregister<
                                Oip::WithCallbackMethod_CudaSharedMemoryStatus<
                                    Oip::WithCallbackMethod_CudaSharedMemoryRegister<
                                        Oip::WithCallbackMethod_CudaSharedMemoryUnregister<
                                            Oip::WithCallbackMethod_TraceSetting<
                                                Oip::WithCallbackMethod_LogSettings<Oip::Service>>>>>>>>>>>>>>>>>>>>;

// The calls of the Open Inference Protocol that a node never carries out: each answers UNIMPLEMENTED, and says in its
// message what to use instead, for clients of other makers show nothing else. Thread-safe.
class RefusedCalls : public OipCalls {
public:
    using Context = grpc::CallbackServerContext;
    using Reactor = grpc::ServerUnaryReactor;

    // guard must outlive the calls.
    explicit RefusedCalls(Guard& guard) : m_guard(guard) {}

    Reactor* RepositoryModelLoad(Context*, const inference::RepositoryModelLoadRequest*,
                                 inference::RepositoryModelLoadResponse*) final;
    Reactor* RepositoryModelUnload(Context*, const inference::RepositoryModelUnloadRequest*,
                                   inference::RepositoryModelUnloadResponse*) final;
    Reactor* SystemSharedMemoryStatus(Context*, const inference::SystemSharedMemoryStatusRequest*,
                                      inference::SystemSharedMemoryStatusResponse*) final;
    Reactor* SystemSharedMemoryRegister(Context*, const inference::SystemSharedMemoryRegisterRequest*,
                                        inference::SystemSharedMemoryRegisterResponse*) final;
    Reactor* SystemSharedMemoryUnregister(Context*, const inference::SystemSharedMemoryUnregisterRequest*,
                                          inference::SystemSharedMemoryUnregisterResponse*) final;
    Reactor* CudaSharedMemoryStatus(Context*, const inference::CudaSharedMemoryStatusRequest*,
                                    inference::CudaSharedMemoryStatusResponse*) final;
    Reactor* CudaSharedMemoryRegister(Context*, const inference::CudaSharedMemoryRegisterRequest*,
                                      inference::CudaSharedMemoryRegisterResponse*) final;
    Reactor* CudaSharedMemoryUnregister(Context*, const inference::CudaSharedMemoryUnregisterRequest*,
                                        inference::CudaSharedMemoryUnregisterResponse*) final;
    Reactor* TraceSetting(Context*, const inference::TraceSettingRequest*, inference::TraceSettingResponse*) final;
    Reactor* LogSettings(Context*, const inference::LogSettingsRequest*, inference::LogSettingsResponse*) final;

private:
    Reactor* refuse(Context* context, const char* method, const char* why);

    Guard& m_guard;
};

} // namespace gnomon::node
