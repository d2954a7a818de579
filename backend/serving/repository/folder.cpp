// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/repository/folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>

namespace gnomon::serving {

namespace {

class Descriptor {
public:
    explicit Descriptor(int value) : m_value(value) {}
    ~Descriptor() {
        if (m_value >= 0) {
            ::close(m_value);
        }
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int value() const { return m_value; }
    int release() { return std::exchange(m_value, -1); }

private:
    int m_value;
};

struct CloseDirectory {
    void operator()(DIR* directory) const { ::closedir(directory); }
};

Error failure(const std::filesystem::path& path, int problem) {
    const std::string name = "'" + printable(path.string(), 512) + "'";
    if (problem == ENOENT) {
        return {ErrorCode::NotFound, name + " does not exist"};
    }
    if (problem == ELOOP || problem == ENOTDIR) {
        return {ErrorCode::FailedPrecondition, name + " is a symbolic link or not what it should be",
                "put the real file or folder there"};
    }
    return {ErrorCode::Corrupt, name + " cannot be read: " + std::generic_category().message(problem)};
}

bool isName(const std::string& name) {
    return !name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos &&
           name.find('\0') == std::string::npos;
}

} // namespace

Result<Folder> Folder::open(const std::filesystem::path& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) {
        return failure(path, errno);
    }
    return Folder(descriptor, path);
}

Folder::~Folder() {
    if (m_descriptor >= 0) {
        ::close(m_descriptor);
    }
}

Folder::Folder(Folder&& other) noexcept
    : m_descriptor(std::exchange(other.m_descriptor, -1)), m_path(std::move(other.m_path)) {}

Folder& Folder::operator=(Folder&& other) noexcept {
    std::swap(m_descriptor, other.m_descriptor);
    m_path = std::move(other.m_path);
    return *this;
}

Result<Folder> Folder::folder(const std::string& name) const {
    if (!isName(name)) {
        return failure(m_path / name, ENOTDIR);
    }
    const int descriptor = ::openat(m_descriptor, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (descriptor < 0) {
        return failure(m_path / name, errno);
    }
    return Folder(descriptor, m_path / name);
}

Result<Bytes> Folder::read(const std::string& name, std::uint64_t mostBytes) const {
    const std::filesystem::path path = m_path / name;
    if (!isName(name)) {
        return failure(path, ENOTDIR);
    }
    // O_NONBLOCK: opening a pipe must not wait for a writer.
    const Descriptor file(::openat(m_descriptor, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat facts {};
    if (file.value() < 0 || ::fstat(file.value(), &facts) != 0) {
        return failure(path, errno);
    }
    if (!S_ISREG(facts.st_mode)) {
        return failure(path, ENOTDIR);
    }
    const auto size = static_cast<std::uint64_t>(facts.st_size);
    if (size > mostBytes) {
        return Error{ErrorCode::FailedPrecondition, "'" + printable(path.string(), 512) + "' has " +
                                                        std::to_string(size) + " bytes, more than the " +
                                                        std::to_string(mostBytes) + " that are allowed"};
    }
    Bytes bytes(size);
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t got = ::read(file.value(), bytes.data() + done, bytes.size() - done);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return failure(path, got < 0 ? errno : EIO);
        }
        done += static_cast<std::size_t>(got);
    }
    return bytes;
}

Result<std::vector<std::string>> Folder::folders() const {
    return entries(true);
}

Result<std::vector<std::string>> Folder::files() const {
    return entries(false);
}

Result<std::vector<std::string>> Folder::entries(bool folders) const {
    Descriptor own(::openat(m_descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const std::unique_ptr<DIR, CloseDirectory> directory(own.value() < 0 ? nullptr : ::fdopendir(own.value()));
    if (!directory) {
        return failure(m_path, errno);
    }
    own.release(); // the directory closes it
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(directory.get())) {
        const std::string name = entry->d_name;
        struct stat facts {};
        if (!isName(name) || ::fstatat(m_descriptor, name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) != 0) {
            continue;
        }
        if (S_ISDIR(facts.st_mode) == folders) {
            names.push_back(name);
        }
    }
    std::sort(names.begin(), names.end());
    return names;
}

Result<Bytes> readBelow(const Folder& folder, const std::string& relative, std::uint64_t mostBytes) {
    const std::size_t slash = relative.find('/');
    if (slash == std::string::npos) {
        return folder.read(relative, mostBytes);
    }
    GNOMON_ASSIGN(const Folder below, folder.folder(relative.substr(0, slash)));
    return readBelow(below, relative.substr(slash + 1), mostBytes);
}

} // namespace gnomon::serving
