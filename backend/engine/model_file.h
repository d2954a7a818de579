// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/bytes.h"
#include "backend/base/result.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace gnomon::engine {

// A model's file, read once: what is hashed is what is loaded.
struct ModelFile {
    Bytes bytes;
    Digest digest;
};

// The format itself cannot hold more.
constexpr std::uint64_t kMostModelBytes = (std::uint64_t{1} << 31) - 1;

// Corrupt when the file cannot be read, is empty, no regular file or reached through a link; FailedPrecondition when it
// is too big, or plainly something else than a model (a Git LFS pointer, an archive, a pickle, a web page). Messages
// speak of "its file" and name no path: callers hear them.
Result<ModelFile> readModelFile(const std::filesystem::path& path, std::uint64_t mostBytes = kMostModelBytes);

// What must be known of an ONNX file before a runtime sees it, or that a runtime does not tell.
struct OnnxFacts {
    bool externalData = false; // it wants to read other files
    // Output name -> class names in the order of the columns, of each ZipMap of the main graph.
    std::map<std::string, std::vector<std::string>> classNames;
};

// Walks the file's structure without interpreting it. Corrupt when it is not well-formed or nested too deeply. Linear
// in the file's size, and holds no copy of it.
Result<OnnxFacts> scanOnnx(ByteView model);

} // namespace gnomon::engine
