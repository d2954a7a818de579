// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/base/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace gnomon {

namespace {

class Descriptor {
public:
    explicit Descriptor(int fd) : m_fd(fd) {}
    ~Descriptor() {
        if (m_fd >= 0) {
            ::close(m_fd);
        }
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return m_fd; }
    bool open() const { return m_fd >= 0; }

private:
    int m_fd;
};

Error fileError(const char* verb, const std::filesystem::path& file) {
    const int cause = errno;
    const ErrorCode code = cause == ENOENT                     ? ErrorCode::NotFound
                           : cause == EEXIST                   ? ErrorCode::AlreadyExists
                           : cause == EACCES || cause == EPERM ? ErrorCode::PermissionDenied
                           : cause == ENOSPC                   ? ErrorCode::ResourceExhausted
                                                               : ErrorCode::Internal;
    return {code, std::string("cannot ") + verb + " " + file.string() + ": " + std::strerror(cause)};
}

Status writeAll(const Descriptor& descriptor, std::string_view text, const std::filesystem::path& file) {
    while (!text.empty()) {
        const ssize_t written = ::write(descriptor.get(), text.data(), text.size());
        if (written < 0 && errno != EINTR) {
            return fileError("write", file);
        }
        text.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
    }
    if (::fsync(descriptor.get()) != 0) {
        return fileError("sync", file);
    }
    return {};
}

} // namespace

Result<std::string> readFile(const std::filesystem::path& file, std::size_t mostBytes) {
    const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!descriptor.open()) {
        return fileError("read", file);
    }
    std::string text;
    char chunk[65536];
    for (;;) {
        const ssize_t got = ::read(descriptor.get(), chunk, sizeof chunk);
        if (got == 0) {
            return text;
        }
        if (got < 0) {
            if (errno == EINTR) {
                continue;
            }
            return fileError("read", file);
        }
        text.append(chunk, static_cast<std::size_t>(got));
        if (text.size() > mostBytes) {
            return Error{ErrorCode::InvalidArgument,
                         file.string() + " is larger than " + std::to_string(mostBytes) + " bytes"};
        }
    }
}

Status writeNewFile(const std::filesystem::path& file, std::string_view text, mode_t mode) {
    const Descriptor descriptor(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
    if (!descriptor.open()) {
        return fileError("create", file);
    }
    return writeAll(descriptor, text, file);
}

Status replaceFile(const std::filesystem::path& file, std::string_view text, mode_t mode) {
    std::filesystem::path fresh = file;
    fresh += ".new-" + std::to_string(::getpid());
    ::unlink(fresh.c_str());
    GNOMON_TRY(writeNewFile(fresh, text, mode));
    if (::rename(fresh.c_str(), file.c_str()) != 0) {
        const Error error = fileError("replace", file);
        ::unlink(fresh.c_str());
        return error;
    }
    const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
    const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!descriptor.open() || ::fsync(descriptor.get()) != 0) {
        return fileError("sync", folder);
    }
    return {};
}

Status checkPrivate(const std::filesystem::path& file) {
    struct stat facts {};
    if (::stat(file.c_str(), &facts) != 0) {
        return fileError("read", file);
    }
    if ((facts.st_mode & 077) != 0) {
        return Error{ErrorCode::PermissionDenied, file.string() + " can be read or changed by others",
                     "chmod 600 " + file.string()};
    }
    return {};
}

} // namespace gnomon
