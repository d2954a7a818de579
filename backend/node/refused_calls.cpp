// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/refused_calls.h"
#include "backend/wire/status.h"

namespace gnomon::node {

namespace {

constexpr const char* kLoad = "what is served changes through gnomon.v1.DeploymentService on the control interface: "
                              "'gnomonctl promote ENDPOINT VERSION', or 'gnomonctl enable ENDPOINT'";
constexpr const char* kUnload = "what is served changes through gnomon.v1.DeploymentService on the control interface: "
                                "'gnomonctl disable ENDPOINT', or 'gnomonctl shadow stop ENDPOINT'";
constexpr const char* kMemory = "a node maps no memory that a caller names: send tensors in the request itself, in "
                                "raw_input_contents of ModelInfer. What a node offers, gnomon.v1.NodeService tells: "
                                "'gnomonctl status'";
constexpr const char* kTrace = "tracing is the operator's: what answered each request, gnomon.v1.ComparisonService on "
                               "the control interface tells: 'gnomonctl compare ENDPOINT'";
constexpr const char* kLog = "logging is the operator's: it is set by log.level in the node's configuration file, and "
                             "checked with 'gnomond --check-config'";

} // namespace

RefusedCalls::Reactor* RefusedCalls::refuse(Context* context, const char* method, const char* why) {
    Reactor* reactor = context->DefaultReactor();
    const auto principal = m_guard.admit(*context, std::string("inference.GRPCInferenceService/") + method);
    reactor->Finish(
        wire::toGrpc(principal ? Error{ErrorCode::Unimplemented, std::string(method) + " is not carried out: " + why}
                               : principal.error()));
    return reactor;
}

RefusedCalls::Reactor* RefusedCalls::RepositoryModelLoad(Context* context, const inference::RepositoryModelLoadRequest*,
                                                         inference::RepositoryModelLoadResponse*) {
    return refuse(context, "RepositoryModelLoad", kLoad);
}

RefusedCalls::Reactor* RefusedCalls::RepositoryModelUnload(Context* context,
                                                           const inference::RepositoryModelUnloadRequest*,
                                                           inference::RepositoryModelUnloadResponse*) {
    return refuse(context, "RepositoryModelUnload", kUnload);
}

RefusedCalls::Reactor* RefusedCalls::SystemSharedMemoryStatus(Context* context,
                                                              const inference::SystemSharedMemoryStatusRequest*,
                                                              inference::SystemSharedMemoryStatusResponse*) {
    return refuse(context, "SystemSharedMemoryStatus", kMemory);
}

RefusedCalls::Reactor* RefusedCalls::SystemSharedMemoryRegister(Context* context,
                                                                const inference::SystemSharedMemoryRegisterRequest*,
                                                                inference::SystemSharedMemoryRegisterResponse*) {
    return refuse(context, "SystemSharedMemoryRegister", kMemory);
}

RefusedCalls::Reactor* RefusedCalls::SystemSharedMemoryUnregister(Context* context,
                                                                  const inference::SystemSharedMemoryUnregisterRequest*,
                                                                  inference::SystemSharedMemoryUnregisterResponse*) {
    return refuse(context, "SystemSharedMemoryUnregister", kMemory);
}

RefusedCalls::Reactor* RefusedCalls::CudaSharedMemoryStatus(Context* context,
                                                            const inference::CudaSharedMemoryStatusRequest*,
                                                            inference::CudaSharedMemoryStatusResponse*) {
    return refuse(context, "CudaSharedMemoryStatus", kMemory);
}

RefusedCalls::Reactor* RefusedCalls::CudaSharedMemoryRegister(Context* context,
                                                              const inference::CudaSharedMemoryRegisterRequest*,
                                                              inference::CudaSharedMemoryRegisterResponse*) {
    return refuse(context, "CudaSharedMemoryRegister", kMemory);
}

RefusedCalls::Reactor* RefusedCalls::CudaSharedMemoryUnregister(Context* context,
                                                                const inference::CudaSharedMemoryUnregisterRequest*,
                                                                inference::CudaSharedMemoryUnregisterResponse*) {
    return refuse(context, "CudaSharedMemoryUnregister", kMemory);
}

RefusedCalls::Reactor* RefusedCalls::TraceSetting(Context* context, const inference::TraceSettingRequest*,
                                                  inference::TraceSettingResponse*) {
    return refuse(context, "TraceSetting", kTrace);
}

RefusedCalls::Reactor* RefusedCalls::LogSettings(Context* context, const inference::LogSettingsRequest*,
                                                 inference::LogSettingsResponse*) {
    return refuse(context, "LogSettings", kLog);
}

} // namespace gnomon::node
