// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/base/background.h"

#include <gtest/gtest.h>

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <thread>

namespace gnomon {
namespace {

// Nanoseconds of one turn of the calling thread; 0 where Linux does not say, because it cannot be chosen.
std::uint64_t turn() {
    std::array<std::uint64_t, 6> attributes{}; // as of sched_getattr(2): the fourth is the "runtime"
    EXPECT_EQ(::syscall(SYS_sched_getattr, 0, attributes.data(), sizeof attributes, 0U), 0);
    return attributes[3];
}

TEST(Background, aThreadYieldsInShortTurnsAndSoDoThoseItStarts) {
    const int nice = ::getpriority(PRIO_PROCESS, 0);
    const std::uint64_t ordinary = turn();
    std::jthread([&] {
        workInBackground();
        std::jthread([&] {
            EXPECT_EQ(::getpriority(PRIO_PROCESS, 0), std::max(10, nice)) << "never less than others do";
            EXPECT_EQ(turn(), ordinary == 0 ? 0 : 100'000);
        });
    });
    EXPECT_EQ(::getpriority(PRIO_PROCESS, 0), nice) << "others stay as they are";
    EXPECT_EQ(turn(), ordinary);
}

TEST(Background, whoYieldsMoreAlreadyGoesOnYielding) {
    std::jthread([] {
        ::setpriority(PRIO_PROCESS, 0, 15);
        workInBackground();
        EXPECT_GE(::getpriority(PRIO_PROCESS, 0), 15);
    });
}

} // namespace
} // namespace gnomon
