// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace gnomon::test {

// What a traced program opened, from strace's own account of it.
class OpenedFiles {
public:
    // Empty where there is no strace, or where it may not trace; then nothing is watched.
    static std::vector<std::string> tracer(const std::filesystem::path& log);
    // Waits until the trace is complete: the traced program has ended.
    OpenedFiles(const std::filesystem::path& log, pid_t program);

    std::size_t count() const { return m_opened.size(); }
    // The files that were opened and lie in none of these folders. Links are resolved: it is where the bytes came from.
    std::vector<std::string> outside(const std::vector<std::string>& allowed) const;

private:
    std::vector<std::string> m_opened;
};

} // namespace gnomon::test
