// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/engine/model_file.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

namespace gnomon::engine {

namespace {

// The format itself cannot hold more.
constexpr std::uintmax_t kMostBytes = (std::uintmax_t{1} << 31) - 1;

struct Mistake {
    std::string_view start;
    std::string_view what;
    std::string_view remedy;
};

// What people deploy by mistake, by its first bytes. None of them can start an ONNX file.
constexpr std::array<Mistake, 7> kMistakes = {{
    {"version https://git-lfs", "a Git LFS pointer, not the model itself",
     "run 'git lfs pull' and copy the file again"},
    {"\x1f\x8b", "compressed with gzip", "unpack it"},
    {"PK\x03\x04", "a zip archive", "unpack it, or export the model to ONNX"},
    {"\x80\x03", "a Python pickle", "export the model to ONNX; pickles are code and are never loaded"},
    {"\x80\x04", "a Python pickle", "export the model to ONNX; pickles are code and are never loaded"},
    {"\x80\x05", "a Python pickle", "export the model to ONNX; pickles are code and are never loaded"},
    {"<", "a text in markup, not a model", "download the file itself instead of the page that shows it"},
}};

Error unreadable(const std::filesystem::path& path, const std::string& reason) {
    return {ErrorCode::Corrupt, "model file '" + path.string() + "' cannot be read: " + reason,
            "put the file in place and make it readable for the node"};
}

} // namespace

Result<ModelFile> readModelFile(const std::filesystem::path& path) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) {
        return unreadable(path, "it is a folder");
    }
    const std::uintmax_t size = std::filesystem::file_size(path, error);
    if (error) {
        return unreadable(path, error.message());
    }
    if (size > kMostBytes) {
        return Error{ErrorCode::FailedPrecondition,
                     "model file '" + path.string() + "' is larger than 2 GiB, which the format cannot hold"};
    }
    ModelFile file;
    file.bytes.resize(size);
    errno = 0;
    std::ifstream stream(path, std::ios::binary);
    stream.read(reinterpret_cast<char*>(file.bytes.data()), static_cast<std::streamsize>(size));
    if (!stream || stream.peek() != std::ifstream::traits_type::eof()) {
        return unreadable(path, errno != 0 ? std::strerror(errno) : "it changed while it was read");
    }
    if (file.bytes.empty()) {
        return unreadable(path, "it is empty");
    }
    for (const Mistake& mistake : kMistakes) {
        if (asText(file.bytes).starts_with(mistake.start)) {
            return Error{ErrorCode::FailedPrecondition,
                         "model file '" + path.string() + "' is " + std::string(mistake.what),
                         std::string(mistake.remedy)};
        }
    }
    file.digest = sha256(file.bytes);
    return file;
}

} // namespace gnomon::engine
