// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/upstream/runner_factory.h"

#include "backend/base/mutex.h"
#include "backend/engine/onnx_runner.h"
#include "backend/upstream/batching_runner.h"
#include "backend/upstream/worker_runner.h"

#include <system_error>

namespace gnomon::upstream {

namespace {

namespace fs = std::filesystem;

class RunnerFactory final : public port::RunnerFactory {
public:
    explicit RunnerFactory(RunnerFactoryOptions options) : m_options(std::move(options)) {
        if (m_options.onnxLibrary.empty()) {
            m_options.onnxLibrary = engine::OnnxLibrary::defaultPath();
        }
    }

    Result<std::shared_ptr<port::ModelRunner>> create(const EndpointName& endpoint, VersionNumber version,
                                                      const fs::path& model, port::Place place) override {
        const std::string name = endpoint.value + " v" + std::to_string(version.value);
        if (place == port::Place::InProcess) {
            GNOMON_ASSIGN(std::shared_ptr<engine::OnnxLibrary> library, openLibrary());
            return engine::makeOnnxRunner(std::move(library), name, model, {.mostBytes = m_options.modelBytes});
        }
        GNOMON_TRY(prepareFolder());
        WorkerOptions worker{name, fs::absolute(model), m_options.workerExecutable, m_options.socketFolder,
                             m_options.onnxLibrary};
        worker.modelBytes = m_options.modelBytes;
        worker.memoryLimit = m_options.workerMemory;
        worker.startTimeout = m_options.workerStartTimeout;
        GNOMON_ASSIGN(std::shared_ptr<port::ModelRunner> runner, makeWorkerRunner(worker));
        BatchingOptions batching;
        batching.name = name;
        return makeBatchingRunner(std::move(runner), std::move(batching));
    }

private:
    Result<std::shared_ptr<engine::OnnxLibrary>> openLibrary() {
        const MutexLock lock(m_mutex);
        if (m_library == nullptr) {
            GNOMON_ASSIGN(m_library, engine::OnnxLibrary::open(m_options.onnxLibrary));
        }
        return m_library;
    }

    Status prepareFolder() {
        const MutexLock lock(m_mutex);
        if (m_folderReady) {
            return {};
        }
        std::error_code error;
        fs::create_directories(m_options.socketFolder, error);
        fs::permissions(m_options.socketFolder, fs::perms::owner_all, error);
        if (error) {
            return Error{ErrorCode::Unavailable, "the folder '" + m_options.socketFolder.string() +
                                                     "' for the workers' sockets cannot be made: " + error.message()};
        }
        for (const fs::directory_entry& entry : fs::directory_iterator(m_options.socketFolder, error)) {
            if (entry.is_socket(error)) { // of workers that an earlier life of this node had
                fs::remove(entry.path(), error);
            }
        }
        m_folderReady = true;
        return {};
    }

    RunnerFactoryOptions m_options; // constant after construction
    Mutex m_mutex;
    std::shared_ptr<engine::OnnxLibrary> m_library GUARDED_BY(m_mutex);
    bool m_folderReady GUARDED_BY(m_mutex) = false;
};

} // namespace

std::unique_ptr<port::RunnerFactory> makeRunnerFactory(RunnerFactoryOptions options) {
    return std::make_unique<RunnerFactory>(std::move(options));
}

} // namespace gnomon::upstream
