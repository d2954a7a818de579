// SPDX-License-Identifier: GPL-3.0-or-later
// Kills a process that writes the audit trail and changes state, at random instants, and checks after each kill that
// nothing acknowledged was lost, that the log is consistent, and that recovery gives each intent exactly one outcome.
#include "backend/base/log.h"
#include "tests/faults/kill9/checker.h"
#include "tests/support/temp_folder.h"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>

namespace {

using namespace gnomon;
using faults::Acknowledgement;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kPatience{30};
constexpr std::size_t kAll = ~std::size_t{0};

int usage() {
    std::fprintf(stderr, "usage: faults_kill9 [--cycles N] [--dir FOLDER] [--seed S]\n"
                         "Kills the writer of the audit trail N times (100) and checks what is left.\n");
    return 2;
}

// Reads what comes, at most so many, until the time is up or the writer is gone.
void drain(int pipe, Clock::time_point until, std::size_t most, std::vector<Acknowledgement>& acknowledged) {
    while (acknowledged.size() < most) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
        pollfd waiting{pipe, POLLIN, 0};
        if (left <= 0 || ::poll(&waiting, 1, static_cast<int>(left)) <= 0) {
            return;
        }
        Acknowledgement one;
        if (::read(pipe, &one, sizeof one) != sizeof one) {
            return;
        }
        acknowledged.push_back(one);
    }
}

// How long a writer lives: so long after its first word, or after it was started (and so while it opens or recovers).
struct Life {
    std::chrono::microseconds length{0};
    bool fromFirstWord = true;
};

// One life of the writer, and what it said.
std::vector<Acknowledgement> live(const std::filesystem::path& folder, Life life, faults::Checker& checker) {
    int pipe[2];
    if (::pipe(pipe) != 0) {
        std::perror("pipe");
        std::exit(2);
    }
    const pid_t writer = ::fork();
    if (writer == 0) {
        ::close(pipe[0]);
        _exit(faults::writeUntilKilled(folder, pipe[1]));
    }
    ::close(pipe[1]);
    std::vector<Acknowledgement> acknowledged;
    if (life.fromFirstWord) {
        drain(pipe[0], Clock::now() + kPatience, 1, acknowledged);
    }
    drain(pipe[0], Clock::now() + life.length, kAll, acknowledged);
    ::kill(writer, SIGKILL);
    int status = 0;
    ::waitpid(writer, &status, 0);
    drain(pipe[0], Clock::now() + kPatience, kAll, acknowledged); // what it had sent before
    ::close(pipe[0]);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL) {
        checker.inconsistent("the writer ended by itself");
    }
    return acknowledged;
}

int run(const std::filesystem::path& folder, int cycles, unsigned seed) {
    std::mt19937 random(seed);
    std::uniform_int_distribution<int> microseconds(0, 60'000);
    faults::Checker checker(folder);
    for (int cycle = 0; cycle < cycles; ++cycle) {
        const Life life{std::chrono::microseconds(microseconds(random)), random() % 4 != 0};
        checker.check(live(folder, life, checker));
    }
    checker.finish();
    return checker.print(cycles) ? 0 : 1;
}

} // namespace

int main(int count, char** arguments) {
    int cycles = 100;
    unsigned seed = std::random_device{}();
    std::string folder;
    for (int i = 1; i < count; i += 2) {
        const std::string option = arguments[i];
        if (i + 1 == count) {
            return usage();
        }
        const char* value = arguments[i + 1];
        if (option == "--cycles") {
            cycles = std::atoi(value);
        } else if (option == "--seed") {
            seed = static_cast<unsigned>(std::strtoul(value, nullptr, 10));
        } else if (option == "--dir") {
            folder = value;
        } else {
            return usage();
        }
    }
    if (cycles < 1) {
        return usage();
    }
    setLogLevel(LogLevel::Warning);
    const test::TempFolder temporary;
    if (!folder.empty()) {
        std::filesystem::create_directories(folder);
    }
    return run(folder.empty() ? temporary.path() : std::filesystem::path(folder), cycles, seed);
}
