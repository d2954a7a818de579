// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/bytes.h"
#include "backend/base/clock.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace gnomon::wire {

// Watches the HTTP/2 frames (RFC 9113 section 4.1) that a peer sends over one connection, for what Debian's gRPC 1.51
// does not bound itself: header blocks without end, requests that are withdrawn as fast as they are made, and frames
// that carry nothing (CVE-2023-33953, -44487, and the floods of 2019). It reads frame headers only and keeps nothing of
// what it sees. Not thread-safe: belongs to whoever reads the connection.
class FrameGuard {
public:
    // What no client or server of good will comes near. Rates are per second, per connection.
    static constexpr std::size_t kHeaderBlock = 32 * 1024; // with its CONTINUATION frames
    static constexpr int kContinuations = 4;               // of one header block
    static constexpr int kResets = 500;                    // RST_STREAM
    static constexpr int kIdle = 200;                      // SETTINGS, PING, PRIORITY, GOAWAY, unknown, empty DATA
    static constexpr int kWindowUpdates = 20'000;

    // preface: the peer is a client, whose first 24 bytes are no frame.
    explicit FrameGuard(bool preface) : m_skip(preface ? 24 : 0) {}

    // The next bytes, as they came. Null while all is well; why the connection is to be cut otherwise, now and for any
    // bytes that follow.
    const char* look(ByteView bytes, MonoTime now);

    // Requests that the peer has begun and not ended. What is ended from this side, without the peer's doing, is
    // forgotten once newer ones take its place: a server lets no connection have more than kOpen.
    static constexpr std::size_t kOpen = 100;
    std::size_t halfOpen() const { return m_openCount; }

private:
    const char* frame(MonoTime now);
    const char* headers(std::uint8_t type, std::uint8_t flags, std::size_t length);
    void begun(std::uint32_t stream);
    void ended(std::uint32_t stream);
    const char* counted(int& count, int most, const char* why);

    const char* m_why = nullptr;
    std::size_t m_skip = 0; // bytes of a frame's content, or of the preface, that are still to come
    std::array<std::uint8_t, 9> m_header{};
    std::size_t m_have = 0;  // bytes of m_header
    bool m_inBlock = false;  // a header block is open: nothing but CONTINUATION may follow
    std::size_t m_block = 0; // its bytes so far
    int m_continuations = 0; // its CONTINUATION frames so far
    std::uint32_t m_lastStream = 0;
    std::array<std::uint32_t, kOpen> m_open{}; // the first m_openCount: oldest first
    std::size_t m_openCount = 0;
    MonoTime m_second; // when the counts below began
    int m_resets = 0;
    int m_idle = 0;
    int m_windowUpdates = 0;
};

} // namespace gnomon::wire
