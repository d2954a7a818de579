// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/engine/model_file.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace gnomon::engine {

namespace {

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

Error unreadable(const std::string& reason) {
    return {ErrorCode::Corrupt, "its file cannot be read: " + reason,
            "put the file in place and make it readable for the node"};
}

// No link is followed on the way, so that nothing can be put between the folder that was looked at and the file that is
// loaded. O_NONBLOCK: opening a pipe must not wait for a writer.
int openPlain(const std::filesystem::path& path) {
    constexpr int kFlags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    open_how how{};
    how.flags = kFlags;
    how.resolve = RESOLVE_NO_SYMLINKS;
    const auto descriptor = static_cast<int>(syscall(SYS_openat2, AT_FDCWD, path.c_str(), &how, sizeof how));
    const bool unknown = descriptor < 0 && (errno == ENOSYS || errno == EPERM); // an old kernel, or a strict sandbox
    return unknown ? ::open(path.c_str(), kFlags) : descriptor;
}

struct Descriptor {
    ~Descriptor() {
        if (value >= 0) {
            ::close(value);
        }
    }
    const int value;
};

} // namespace

Result<ModelFile> readModelFile(const std::filesystem::path& path, std::uint64_t mostBytes) {
    const Descriptor descriptor{openPlain(path)};
    struct stat facts {};
    if (descriptor.value < 0 || ::fstat(descriptor.value, &facts) != 0) {
        return unreadable(errno == ELOOP ? "there is a symbolic link on the way to it" : std::strerror(errno));
    }
    if (!S_ISREG(facts.st_mode)) {
        return unreadable(S_ISDIR(facts.st_mode) ? "it is a folder" : "it is not a regular file");
    }
    const auto size = static_cast<std::uint64_t>(facts.st_size);
    if (const std::uint64_t most = std::min(mostBytes, kMostModelBytes); size > most) {
        return Error{ErrorCode::FailedPrecondition,
                     "its file has " + std::to_string(size) + " bytes, more than the " + std::to_string(most) +
                         " that are allowed",
                     "raise the node's limit for models; the format itself ends at 2 GiB"};
    }
    ModelFile file;
    file.bytes.resize(size);
    for (std::size_t done = 0; done < size;) {
        const ssize_t got = ::read(descriptor.value, file.bytes.data() + done, size - done);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return unreadable(got < 0 ? std::strerror(errno) : "it changed while it was read");
        }
        done += static_cast<std::size_t>(got);
    }
    if (file.bytes.empty()) {
        return unreadable("it is empty");
    }
    for (const Mistake& mistake : kMistakes) {
        if (asText(file.bytes).starts_with(mistake.start)) {
            return Error{ErrorCode::FailedPrecondition, "its file is " + std::string(mistake.what),
                         std::string(mistake.remedy)};
        }
    }
    file.digest = sha256(file.bytes);
    return file;
}

} // namespace gnomon::engine
