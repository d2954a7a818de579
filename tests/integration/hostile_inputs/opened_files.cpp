// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/integration/hostile_inputs/opened_files.h"

#include "backend/base/files.h"
#include "backend/base/sanitized.h"
#include "tests/support/run_program.h"

#include <chrono>
#include <regex>
#include <set>
#include <sstream>
#include <thread>

namespace gnomon::test {

namespace {

// `12 openat(AT_FDCWD</tmp>, "x", O_RDONLY) = 3</tmp/x>`: the last part, or nothing when it was not opened. A path with
// unusual bytes is escaped by strace.
std::string openedBy(const std::string& line) {
    const std::size_t result = line.rfind(") = ");
    if (result == std::string::npos) {
        return "";
    }
    const std::size_t from = line.find('<', result);
    const std::size_t to = line.rfind('>');
    return from == std::string::npos || to == std::string::npos || to < from ? ""
                                                                             : line.substr(from + 1, to - from - 1);
}

} // namespace

std::vector<std::string> OpenedFiles::tracer(const std::filesystem::path& log) {
    const std::vector<std::string> command = {"strace", "-D",
                                              "-f",     "--seccomp-bpf",
                                              "-y",     "-q",
                                              "-o",     log.string(),
                                              "-e",     "trace=open,openat,openat2,creat,execve,open_by_handle_at",
                                              "-e",     "signal=none"};
    return !kSanitized && runCommand("strace -f --seccomp-bpf -qqq -o /dev/null true").code == 0
               ? command
               : std::vector<std::string>{};
}

OpenedFiles::OpenedFiles(const std::filesystem::path& log, pid_t program) {
    const std::regex end("(^|\n)" + std::to_string(program) + " +[+]{3} ");
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!std::regex_search(readFile(log, 256 << 20).value(), end) && std::chrono::steady_clock::now() < until) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    std::istringstream file(readFile(log, 256 << 20).value());
    for (std::string line; std::getline(file, line);) {
        if (const std::string opened = openedBy(line); !opened.empty()) {
            m_opened.push_back(opened);
        }
    }
}

std::vector<std::string> OpenedFiles::outside(const std::vector<std::string>& allowed) const {
    std::set<std::string> found;
    for (const std::string& file : m_opened) {
        bool good = false;
        for (const std::string& folder : allowed) {
            good = good || file == folder || file.rfind(folder + "/", 0) == 0;
        }
        if (!good) {
            found.insert(file);
        }
    }
    return {found.begin(), found.end()};
}

} // namespace gnomon::test
