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

// path as people are told: what callers hear must not say where the repository lies.
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

Error notBelow(const std::filesystem::path& folder, const std::string& name) {
    return {ErrorCode::FailedPrecondition, "'" + printable(name, 120) + "' is not the name of anything below '" +
                                               printable(folder.string(), 512) + "'"};
}

// Before it is opened: opening alone can block, or set a device off. Another name for the same bytes would be a way
// into the folder from outside, and a way to change a version that has proven itself.
Status checkRegular(const struct stat& facts, const std::filesystem::path& path) {
    if (!S_ISREG(facts.st_mode)) {
        return failure(path, S_ISLNK(facts.st_mode) ? ELOOP : ENOTDIR);
    }
    if (facts.st_nlink > 1) {
        return Error{ErrorCode::FailedPrecondition,
                     "'" + printable(path.string(), 512) + "' has other names (hard links), which may lie anywhere",
                     "put a copy of the file there"};
    }
    return {};
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
    std::error_code problem;
    const std::filesystem::path real = std::filesystem::canonical(path, problem);
    return Folder(descriptor, problem ? path : real, {});
}

Folder::~Folder() {
    if (m_descriptor >= 0) {
        ::close(m_descriptor);
    }
}

Folder::Folder(Folder&& other) noexcept
    : m_descriptor(std::exchange(other.m_descriptor, -1)), m_path(std::move(other.m_path)),
      m_shown(std::move(other.m_shown)) {}

Folder& Folder::operator=(Folder&& other) noexcept {
    std::swap(m_descriptor, other.m_descriptor);
    m_path = std::move(other.m_path);
    m_shown = std::move(other.m_shown);
    return *this;
}

Result<Folder> Folder::folder(const std::string& name) const {
    if (!isName(name)) {
        return notBelow(m_shown, name);
    }
    const int descriptor = ::openat(m_descriptor, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (descriptor < 0) {
        return failure(m_shown / name, errno);
    }
    return Folder(descriptor, m_path / name, m_shown / name);
}

Result<Bytes> Folder::read(const std::string& name, std::uint64_t mostBytes) const {
    if (!isName(name)) {
        return notBelow(m_shown, name);
    }
    const std::filesystem::path path = m_shown / name;
    struct stat facts {};
    if (::fstatat(m_descriptor, name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) != 0) {
        return failure(path, errno);
    }
    GNOMON_TRY(checkRegular(facts, path));
    // It may have been swapped since. O_NONBLOCK: opening a pipe must not wait for a writer.
    const Descriptor file(::openat(m_descriptor, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (file.value() < 0 || ::fstat(file.value(), &facts) != 0) {
        return failure(path, errno);
    }
    GNOMON_TRY(checkRegular(facts, path));
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
        return failure(m_shown, errno);
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
