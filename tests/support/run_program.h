// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <sys/wait.h>

namespace gnomon::test {

struct ProgramEnd {
    int code = -1;    // -1: a signal ended it, or it did not start
    std::string text; // what it wrote, to either stream
};

// Runs a command of the shell to its end.
inline ProgramEnd runCommand(const std::string& command) {
    ProgramEnd end;
    FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
    if (pipe == nullptr) {
        return end;
    }
    std::array<char, 4096> buffer{};
    while (std::fgets(buffer.data(), buffer.size(), pipe) != nullptr) {
        end.text += buffer.data();
    }
    const int status = ::pclose(pipe);
    end.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return end;
}

// Runs one of the built programs (in GNOMON_BIN) to its end: "gnomonctl status --help".
inline ProgramEnd runProgram(const std::string& command) {
    return runCommand(std::string(std::getenv("GNOMON_BIN")) + "/" + command);
}

} // namespace gnomon::test
