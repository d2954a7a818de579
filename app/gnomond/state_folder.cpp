// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gnomond/state_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace gnomon::app {

Result<std::unique_ptr<StateFolder>> StateFolder::hold(const std::filesystem::path& folder) {
    std::error_code problem;
    if (std::filesystem::create_directories(folder, problem)) {
        ::chmod(folder.c_str(), 0700);
    }
    if (problem) {
        return Error{ErrorCode::FailedPrecondition, "cannot make " + folder.string() + ": " + problem.message(),
                     "give the node's user a folder that it may write to: paths.state"};
    }
    const std::filesystem::path file = folder / "lock";
    const int lock = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0) {
        return Error{ErrorCode::FailedPrecondition, "cannot open " + file.string() + ": " + std::strerror(errno)};
    }
    if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
        ::close(lock);
        return Error{ErrorCode::FailedPrecondition, "another gnomond is running on " + folder.string(),
                     "stop it, or give this one a state folder of its own"};
    }
    return std::unique_ptr<StateFolder>(new StateFolder(lock));
}

StateFolder::~StateFolder() {
    ::close(m_lock);
}

} // namespace gnomon::app
