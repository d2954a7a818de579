// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/engine/onnx_library.h"

#include "backend/base/log.h"
#include "backend/base/mutex.h"
#include "backend/engine/onnx_api.h"
#include "backend/engine/run_memory.h"

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
        Ort::ThrowOnError(Ort::GetApi().RegisterAllocator(m_environment, &m_memory));
    }

    // The environment may live on: there is one in a process, and others may have it too.
    ~LoadedLibrary() override { Ort::Status(Ort::GetApi().UnregisterAllocator(m_environment, m_memory.info())); }
    LoadedLibrary(const LoadedLibrary&) = delete;
    LoadedLibrary& operator=(const LoadedLibrary&) = delete;

    std::string version() const override { return m_version; }
    Ort::Env& environment() { return m_environment; }

private:
    std::string m_version;
    RunMemory m_memory; // before the environment, which uses it to its end
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

// "file.cc:12 type function(arguments) [with T = int] cause": where the cause starts; npos when it is not of that form.
std::size_t afterSignature(std::string_view text, std::size_t from) {
    int depth = 0;
    bool arguments = false;
    for (std::size_t i = from; i < text.size(); ++i) {
        arguments = arguments || text[i] == '(';
        depth += text[i] == '(' || text[i] == '[' ? 1 : text[i] == ')' || text[i] == ']' ? -1 : 0;
        if (!arguments || depth != 0 || text[i] != ' ') {
            continue;
        }
        const std::string_view rest = text.substr(i + 1);
        if (!rest.starts_with("const ") && !rest.starts_with("[with ")) {
            return i + 1;
        }
    }
    return std::string_view::npos;
}

// The runtime tells where in its source it gave up, before it tells why. Callers are to hear why, and nothing of paths.
std::string withoutLocations(std::string_view text) {
    std::string plain(text);
    for (const std::string_view file : {".cc:", ".h:", ".cpp:", ".hpp:"}) {
        for (std::size_t at = 0; (at = plain.find(file, at)) != std::string::npos;) {
            const std::size_t start = plain.rfind(' ', at) + 1; // 0 when there is no blank before it
            const std::size_t number = at + file.size();
            const std::size_t end = plain.find_first_not_of("0123456789", number);
            const bool isLocation =
                plain[start] == '/' && end != number && end != std::string::npos && plain[end] == ' ';
            const std::size_t cause = isLocation ? afterSignature(plain, end + 1) : std::string::npos;
            if (cause == std::string::npos) {
                at = number;
                continue;
            }
            plain.erase(start, cause - start);
            at = start;
        }
    }
    return plain;
}

std::string reasonOf(const std::exception& exception) {
    std::string_view text = exception.what();
    text.remove_suffix(text.size() - (text.find_last_not_of(" \n") + 1));
    return printable(withoutLocations(text), 400);
}

Ort::Env& environmentOf(OnnxLibrary& library) {
    return static_cast<LoadedLibrary&>(library).environment();
}

} // namespace gnomon::engine
