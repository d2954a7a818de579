// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/upstream/worker_process.h"

#include "backend/wire/status.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace gnomon::upstream {

namespace {

constexpr std::size_t kMostStatusBytes = 64 * 1024;

// Through the system call: glibc 2.36 declares its own function in a way that C++ cannot link.
int openProcess(pid_t id) {
    return static_cast<int>(syscall(SYS_pidfd_open, id, 0));
}

int millisecondsUntil(MonoTime until) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 3'600'000));
}

// Waits until one of the two is readable; the first one wins. -1 when the time came first; wait: -1 is for ever.
int readable(int first, int second, int wait) {
    std::array<pollfd, 2> set = {{{first, POLLIN, 0}, {second, POLLIN, 0}}};
    while (poll(set.data(), set.size(), wait) < 0 && errno == EINTR) {
    }
    return set[0].revents != 0 ? first : set[1].revents != 0 ? second : -1;
}

// posix_spawn's two settings objects.
class SpawnSettings {
public:
    explicit SpawnSettings(int status) {
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
        posix_spawn_file_actions_adddup2(&actions, status, kWorkerStatusDescriptor);
        posix_spawn_file_actions_addclosefrom_np(&actions, kWorkerStatusDescriptor + 1);
        posix_spawnattr_init(&attributes);
        sigset_t signals;
        sigemptyset(&signals);
        posix_spawnattr_setsigmask(&attributes, &signals);
        sigfillset(&signals);
        posix_spawnattr_setsigdefault(&attributes, &signals);
        // A group of its own: Ctrl-C at the node's terminal drains the node, which still needs its workers.
        posix_spawnattr_setpgroup(&attributes, 0);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    }
    ~SpawnSettings() {
        posix_spawn_file_actions_destroy(&actions);
        posix_spawnattr_destroy(&attributes);
    }
    SpawnSettings(const SpawnSettings&) = delete;
    SpawnSettings& operator=(const SpawnSettings&) = delete;

    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
};

Error cannotStart(const WorkerTask& task, const std::filesystem::path& executable, int error) {
    return {ErrorCode::Unavailable, "the worker of " + task.name + " cannot be started from '" + executable.string() +
                                        "': " + std::generic_category().message(error)};
}

} // namespace

StopSignal::StopSignal() : m_descriptor(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

StopSignal::~StopSignal() {
    close(m_descriptor);
}

void StopSignal::set() {
    const std::uint64_t one = 1;
    (void)!write(m_descriptor, &one, sizeof one);
}

bool StopSignal::waitUntil(MonoTime until) const {
    return readable(m_descriptor, -1, millisecondsUntil(until)) == m_descriptor;
}

Result<std::unique_ptr<WorkerProcess>> WorkerProcess::spawn(const std::filesystem::path& executable, WorkerTask task) {
    std::array<int, 2> status{};
    if (pipe2(status.data(), O_CLOEXEC) != 0) {
        return cannotStart(task, executable, errno);
    }
    // dup2 onto itself would leave the descriptor to be closed at exec.
    const int writing = fcntl(status[1], F_DUPFD_CLOEXEC, kWorkerStatusDescriptor + 1);
    close(status[1]);
    task.parent = getpid();
    std::vector<std::string> arguments = workerArguments(task);
    arguments.insert(arguments.begin(), executable.string());
    std::vector<char*> argv;
    for (std::string& argument : arguments) {
        argv.push_back(argument.data());
    }
    argv.push_back(nullptr);
    const SpawnSettings settings(writing);
    pid_t id = 0;
    const int error =
        posix_spawn(&id, executable.c_str(), &settings.actions, &settings.attributes, argv.data(), environ);
    close(writing);
    const int descriptor = error == 0 ? openProcess(id) : -1;
    if (error != 0 || descriptor < 0) {
        close(status[0]);
        if (error == 0) {
            kill(id, SIGKILL);
            waitpid(id, nullptr, 0);
        }
        return cannotStart(task, executable, error != 0 ? error : errno);
    }
    return std::unique_ptr<WorkerProcess>(new WorkerProcess(std::move(task), id, descriptor, status[0]));
}

WorkerProcess::~WorkerProcess() {
    if (m_end.empty()) {
        kill(m_id, SIGKILL); // not reaped yet, so the number is still this worker's
        reap();
    }
    close(m_status);
    close(m_descriptor);
    std::error_code ignored;
    std::filesystem::remove(m_task.socket, ignored);
}

Status WorkerProcess::awaitReady(MonoTime until, const StopSignal& stop) {
    std::string said;
    for (;;) {
        const int event = readable(m_status, stop.descriptor(), millisecondsUntil(until));
        if (event == stop.descriptor()) {
            return Error{ErrorCode::Cancelled, "the worker of " + m_task.name + " is no longer needed"};
        }
        if (event != m_status) {
            return Error{ErrorCode::Unavailable, "the worker of " + m_task.name + " did not load its model in time"};
        }
        std::array<char, 4096> buffer{};
        const ssize_t count = read(m_status, buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0 || said.size() > kMostStatusBytes) {
            break;
        }
        said.append(buffer.data(), static_cast<std::size_t>(count));
    }
    if (!said.empty()) {
        return wire::decodeStatus(said);
    }
    reap(); // it closed the pipe without a word, so it has ended
    return Error{m_bySignal ? ErrorCode::FailedPrecondition : ErrorCode::Unavailable,
                 m_task.name + " cannot be served: its worker " + m_end + " while it loaded the model"};
}

Result<std::string> WorkerProcess::awaitEnd(const StopSignal& stop) {
    if (readable(m_descriptor, stop.descriptor(), -1) != m_descriptor) {
        return Error{ErrorCode::Cancelled, "the worker of " + m_task.name + " is no longer needed"};
    }
    reap();
    return m_end;
}

void WorkerProcess::reap() {
    siginfo_t info{};
    while (waitid(P_PIDFD, static_cast<id_t>(m_descriptor), &info, WEXITED) != 0 && errno == EINTR) {
    }
    m_bySignal = info.si_code == CLD_KILLED || info.si_code == CLD_DUMPED;
    if (m_bySignal) {
        const char* name = sigabbrev_np(info.si_status);
        m_end = "was killed by SIG" + std::string(name != nullptr ? name : std::to_string(info.si_status));
    } else if (info.si_status == kWorkerHung) {
        m_end = "gave up on a run that did not end";
    } else {
        m_end = "ended with exit status " + std::to_string(info.si_status);
    }
}

} // namespace gnomon::upstream
