// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/base/background.h"

#include <linux/sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

namespace gnomon {

namespace {

// As of sched_setattr(2), for which glibc 2.36 has no declaration; that of the kernel clashes with <sched.h>.
struct SchedAttr {
    std::uint32_t size = sizeof(SchedAttr);
    std::uint32_t policy = 0;
    std::uint64_t flags = 0;
    std::int32_t nice = 0;
    std::uint32_t priority = 0;
    std::uint64_t runtime = 0; // nanoseconds
    std::uint64_t deadline = 0;
    std::uint64_t period = 0;
};

constexpr int kNiceness = 10;
constexpr std::uint64_t kTurn = 100'000; // nanoseconds: the least that Linux gives

} // namespace

void workInBackground() {
    SchedAttr attributes;
    attributes.flags = SCHED_FLAG_KEEP_POLICY;
    attributes.nice = std::max(kNiceness, ::getpriority(PRIO_PROCESS, 0)); // Linux: of this thread alone
    attributes.runtime = kTurn;
    ::syscall(SYS_sched_setattr, 0, &attributes, 0U);
}

} // namespace gnomon
