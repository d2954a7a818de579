// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/result.h"

#include <filesystem>
#include <memory>
#include <string>

namespace gnomon::engine {

// ONNX Runtime, opened at run time, so that one build works with every version of it and a node without it starts and
// says what is missing. One per process: the runtime's interface is process-wide. Thread-safe; never closed again,
// for a run that does not end may still be inside.
class OnnxLibrary {
public:
    // path: a file, or a name for the loader. Unavailable when it is missing or too old, FailedPrecondition when
    // another library was opened before.
    static Result<std::shared_ptr<OnnxLibrary>> open(const std::filesystem::path& path);
    // Where this build expects the library.
    static std::filesystem::path defaultPath();

    virtual ~OnnxLibrary() = default;
    // "1.30.0"
    virtual std::string version() const = 0;
};

} // namespace gnomon::engine
