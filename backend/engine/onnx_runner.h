// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/engine/onnx_library.h"
#include "backend/port/model_runner.h"

#include <filesystem>
#include <memory>
#include <string>

namespace gnomon::engine {

struct OnnxRunnerOptions {
    unsigned threads = 0;                             // of the version's own lane; 0: as many as the machine has
    std::size_t queued = 256;                         // runs beyond these are refused with ResourceExhausted
    std::uint64_t mostBytes = std::uint64_t{1} << 30; // of the file
};

// Loads a model into this process. name: in messages ("spam-filter v3"). Blocks while the model loads. Errors as
// port::RunnerFactory::create.
Result<std::shared_ptr<port::ModelRunner>> makeOnnxRunner(std::shared_ptr<OnnxLibrary> library, const std::string& name,
                                                          const std::filesystem::path& model,
                                                          const OnnxRunnerOptions& options = {});

} // namespace gnomon::engine
