// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/result.h"

#include <filesystem>
#include <memory>

namespace gnomon::app {

// The node's state folder, held for one process. Released when destroyed, or by the system when the process dies.
class StateFolder {
public:
    // Makes the folder with mode 0700 where it is missing. FailedPrecondition when another gnomond holds it.
    static Result<std::unique_ptr<StateFolder>> hold(const std::filesystem::path& folder);
    ~StateFolder();
    StateFolder(const StateFolder&) = delete;
    StateFolder& operator=(const StateFolder&) = delete;

private:
    explicit StateFolder(int lock) : m_lock(lock) {}
    int m_lock;
};

} // namespace gnomon::app
