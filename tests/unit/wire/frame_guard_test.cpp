// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/wire/frame_guard.h"

#include <gtest/gtest.h>

#include <string>

namespace gnomon::wire {
namespace {

using namespace std::chrono_literals;

constexpr MonoTime kNow{1h};
const std::string kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

enum Type { Data, Headers, Priority, Reset, Settings, Push, Ping, Goaway, Window, Continuation };

std::string frame(int type, int flags, std::size_t length, std::uint32_t stream = 1) {
    std::string bytes{static_cast<char>(length >> 16), static_cast<char>(length >> 8), static_cast<char>(length),
                      static_cast<char>(type),         static_cast<char>(flags),       static_cast<char>(stream >> 24),
                      static_cast<char>(stream >> 16), static_cast<char>(stream >> 8), static_cast<char>(stream)};
    return bytes + std::string(length, 'x');
}

const char* look(FrameGuard& guard, const std::string& bytes, MonoTime now = kNow) {
    return guard.received(asBytes(bytes), now);
}

const char* afterMany(const std::string& each, int times) {
    FrameGuard guard(FrameGuard::Peer::Server);
    const char* why = nullptr;
    for (int i = 0; i < times && why == nullptr; ++i) {
        why = look(guard, each);
    }
    return why;
}

TEST(FrameGuard, ordinaryCallsPassHoweverTheyAreCut) {
    const std::string call = frame(Headers, 4, 200) + frame(Data, 1, 300) + frame(Window, 0, 4);
    std::string all = kPreface + frame(Settings, 0, 18);
    for (int i = 0; i < 100; ++i) {
        all += call;
    }
    for (const std::size_t piece : {1u, 7u, 9u, 1000u, 100000u}) {
        FrameGuard guard(FrameGuard::Peer::Client);
        for (std::size_t at = 0; at < all.size(); at += piece) {
            EXPECT_EQ(look(guard, all.substr(at, piece)), nullptr);
        }
    }
}

TEST(FrameGuard, headerBlocksAreBounded) {
    FrameGuard guard(FrameGuard::Peer::Server);
    EXPECT_EQ(look(guard, frame(Headers, 0, 16'000) + frame(Continuation, 0, 16'000)), nullptr);
    EXPECT_STREQ(look(guard, frame(Continuation, 0, 16'000)), "a header block that is too large");
    EXPECT_NE(look(guard, frame(Data, 1, 1)), nullptr) << "once cut, always cut";

    FrameGuard pieces(FrameGuard::Peer::Server);
    const char* why = look(pieces, frame(Headers, 0, 1));
    for (int i = 0; i < FrameGuard::kContinuations; ++i) {
        EXPECT_EQ(why, nullptr);
        why = look(pieces, frame(Continuation, 0, 1));
    }
    EXPECT_EQ(why, nullptr);
    EXPECT_STREQ(look(pieces, frame(Continuation, 0, 1)), "a header block in too many pieces");

    FrameGuard claimed(FrameGuard::Peer::Server);
    EXPECT_NE(look(claimed, frame(Headers, 4, 1 << 20).substr(0, 9)), nullptr) << "before it has come";
}

TEST(FrameGuard, aHeaderBlockIsNotInterrupted) {
    FrameGuard guard(FrameGuard::Peer::Server);
    EXPECT_EQ(look(guard, frame(Headers, 0, 10)), nullptr);
    EXPECT_NE(look(guard, frame(Data, 0, 10)), nullptr);
    FrameGuard lonely(FrameGuard::Peer::Server);
    EXPECT_NE(look(lonely, frame(Continuation, 4, 10)), nullptr);
}

TEST(FrameGuard, floodsAreCut) {
    EXPECT_STREQ(afterMany(frame(Headers, 4, 20) + frame(Reset, 0, 4), FrameGuard::kResets + 1),
                 "too many streams reset");
    for (const std::string& each : {frame(Settings, 0, 0), frame(Ping, 0, 8), frame(Priority, 0, 5),
                                    frame(Goaway, 0, 8), frame(200, 0, 0), frame(Data, 0, 0)}) {
        EXPECT_EQ(afterMany(each, FrameGuard::kIdle), nullptr);
        EXPECT_NE(afterMany(each, FrameGuard::kIdle + 1), nullptr);
    }
    EXPECT_NE(afterMany(frame(Window, 0, 4), FrameGuard::kWindowUpdates + 1), nullptr);
    EXPECT_EQ(afterMany(frame(Headers, 4, 20) + frame(Data, 1, 0), 100'000), nullptr) << "calls are not bounded here";
}

TEST(FrameGuard, callsUnderWayAreBounded) {
    FrameGuard guard(FrameGuard::Peer::Client);
    EXPECT_EQ(look(guard, kPreface), nullptr);
    const auto begin = [&](std::uint32_t number) { return look(guard, frame(Headers, 5, 20, 2 * number + 1)); };
    for (std::uint32_t call = 0; call < 3 * FrameGuard::kOpen; ++call) { // answered one by one
        ASSERT_EQ(begin(call), nullptr) << call;
        guard.sent(asBytes(frame(Headers, 4, 20, 2 * call + 1) + frame(Data, 0, 9, 2 * call + 1) +
                           frame(Headers, 5, 20, 2 * call + 1)));
    }
    for (std::uint32_t call = 0; call < FrameGuard::kOpen; ++call) {
        ASSERT_EQ(begin(3 * FrameGuard::kOpen + call), nullptr) << call;
    }
    EXPECT_STREQ(begin(5 * FrameGuard::kOpen), "too many calls under way");
}

TEST(FrameGuard, countsAreOfOneSecond) {
    FrameGuard guard(FrameGuard::Peer::Server);
    for (int second = 0; second < 10; ++second) {
        for (int i = 0; i < FrameGuard::kIdle; ++i) {
            EXPECT_EQ(look(guard, frame(Ping, 0, 8), kNow + second * 1s), nullptr);
        }
    }
}

} // namespace
} // namespace gnomon::wire
