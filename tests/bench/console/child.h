// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace gnomon::bench {

inline std::int64_t monotonicNs() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

// A program beside this one. Ends when its standard input does; killed when it will not.
class Child {
public:
    Child(const std::string& program, const std::vector<std::string>& arguments) {
        int in[2];
        int out[2];
        if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0) {
            return;
        }
        const std::string path = (std::filesystem::read_symlink("/proc/self/exe").parent_path() / program).string();
        std::vector<char*> argv = {const_cast<char*>(path.c_str())};
        for (const std::string& argument : arguments) {
            argv.push_back(const_cast<char*>(argument.c_str()));
        }
        argv.push_back(nullptr);
        m_pid = ::fork();
        if (m_pid == 0) {
            ::dup2(in[0], 0);
            ::dup2(out[1], 1);
            ::execv(path.c_str(), argv.data());
            ::_exit(127);
        }
        ::close(in[0]);
        ::close(out[1]);
        m_in = in[1];
        m_out = out[0];
    }
    ~Child() {
        ::close(m_in);
        ::close(m_out);
        for (int i = 0; i < 500 && m_pid > 0; ++i) {
            if (::waitpid(m_pid, nullptr, WNOHANG) == m_pid) {
                return;
            }
            ::usleep(20000);
        }
        if (m_pid > 0) {
            ::kill(m_pid, SIGKILL);
            ::waitpid(m_pid, nullptr, 0);
        }
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    // The next line that it says; empty when it has ended.
    std::string line() {
        return lineWatching([] {});
    }
    // The same; calls watch each second until the line is there.
    std::string lineWatching(const std::function<void()>& watch) {
        std::string said;
        for (char c = 0;;) {
            pollfd ready{m_out, POLLIN, 0};
            if (::poll(&ready, 1, 1000) == 0) {
                watch();
                continue;
            }
            if (::read(m_out, &c, 1) != 1 || c == '\n') {
                return said;
            }
            said += c;
        }
    }
    // The files of which it has mapped something: program, libraries, plugins, fonts.
    std::vector<std::string> mappedFiles() const {
        std::ifstream maps("/proc/" + std::to_string(m_pid) + "/maps");
        std::set<std::string> files;
        for (std::string row; std::getline(maps, row);) {
            if (const std::size_t at = row.find('/'); at != std::string::npos) {
                files.insert(row.substr(at));
            }
        }
        return {files.begin(), files.end()};
    }

private:
    pid_t m_pid = -1;
    int m_in = -1;
    int m_out = -1;
};

// Takes the files out of the page cache, so that they are read from the disk again; but not what another program has
// mapped (this one: the C and C++ libraries).
inline void dropFromCache(const std::vector<std::string>& files) {
    for (const std::string& file : files) {
        const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
        if (descriptor >= 0) {
            ::fdatasync(descriptor);
            ::posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED);
            ::close(descriptor);
        }
    }
}

} // namespace gnomon::bench
