// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/engine/onnx_library.h"

#include "backend/base/log.h"
#include "backend/base/mutex.h"
#include "backend/engine/onnx_api.h"

#include <dlfcn.h>

namespace gnomon::engine {

namespace {

// What the runtime wants to say beside the errors it returns; only what is fatal to it.
void ORT_API_CALL logRuntime(void*, OrtLoggingLevel, const char*, const char*, const char* location,
                             const char* message) {
    logEvent(LogLevel::Error, "onnxruntime", {{"message", message}, {"location", location}});
}

class LoadedLibrary final : public OnnxLibrary {
public:
    explicit LoadedLibrary(std::string version)
        : m_version(std::move(version)), m_environment(ORT_LOGGING_LEVEL_FATAL, "gnomon", logRuntime, nullptr) {
        m_environment.DisableTelemetryEvents();
    }

    std::string version() const override { return m_version; }
    Ort::Env& environment() { return m_environment; }

private:
    std::string m_version;
    Ort::Env m_environment;
};

Error unusable(const std::filesystem::path& path, const std::string& reason) {
    return {ErrorCode::Unavailable, "ONNX Runtime cannot be opened as '" + path.string() + "': " + reason,
            "run './run setup', or state the path of libonnxruntime.so.1"};
}

} // namespace

std::filesystem::path OnnxLibrary::defaultPath() {
    return GNOMON_ONNXRUNTIME_LIBRARY;
}

Result<std::shared_ptr<OnnxLibrary>> OnnxLibrary::open(const std::filesystem::path& path) {
    void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) {
        return unusable(path, dlerror());
    }
    using GetApiBase = const OrtApiBase* (*)();
    const auto getApiBase = reinterpret_cast<GetApiBase>(dlsym(handle, "OrtGetApiBase"));
    if (getApiBase == nullptr) {
        return unusable(path, "it is not ONNX Runtime");
    }
    const std::string version = getApiBase()->GetVersionString();
    const OrtApi* api = getApiBase()->GetApi(ORT_API_VERSION);
    if (api == nullptr) {
        return unusable(path, "version " + printable(version, 40) + " is too old; 1." +
                                  std::to_string(ORT_API_VERSION) + " or newer is needed");
    }
    // The runtime's C++ interface keeps this pointer in a variable of its own that every call reads.
    static Mutex mutex;
    static const OrtApi* opened = nullptr;
    {
        const MutexLock lock(mutex);
        if (opened != nullptr && opened != api) {
            return Error{ErrorCode::FailedPrecondition,
                         "ONNX Runtime cannot be opened as '" + path.string() + "': this process uses another one"};
        }
        if (opened == nullptr) {
            Ort::InitApi(api);
            opened = api;
        }
    }
    try {
        return std::shared_ptr<OnnxLibrary>(std::make_shared<LoadedLibrary>(version));
    } catch (const std::exception& exception) {
        return unusable(path, reasonOf(exception));
    }
}

std::string reasonOf(const std::exception& exception) {
    std::string_view text = exception.what();
    text.remove_suffix(text.size() - (text.find_last_not_of(" \n") + 1));
    return printable(text, 400);
}

Ort::Env& environmentOf(OnnxLibrary& library) {
    return static_cast<LoadedLibrary&>(library).environment();
}

} // namespace gnomon::engine
