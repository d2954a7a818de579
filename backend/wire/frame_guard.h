// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/clock.h"
#include "backend/wire/open_streams.h"

namespace gnomon::wire {

// Watches the HTTP/2 frames of one connection for what Debian's gRPC 1.51 does not bound itself: header blocks without
// end, requests that are withdrawn as fast as they are made, frames that carry nothing (CVE-2023-33953, -44487, and the
// floods of 2019), and calls without end from clients that never acknowledge the server's settings. It reads frame
// headers only and keeps nothing of what it sees. Not thread-safe: belongs to whoever reads and writes the connection.
class FrameGuard {
public:
    // What no client or server of good will comes near. Rates are per second, per connection.
    static constexpr std::size_t kHeaderBlock = 32 * 1024; // with its CONTINUATION frames
    static constexpr int kContinuations = 4;               // of one header block
    static constexpr int kResets = 500;                    // RST_STREAM
    static constexpr int kIdle = 200;                      // SETTINGS, PING, PRIORITY, GOAWAY, unknown, empty DATA
    static constexpr int kWindowUpdates = 20'000;
    // Calls of a client under way. Its server says 100; some clients begin more before they hear of that.
    static constexpr std::size_t kOpen = 1024;

    enum class Peer { Client, Server };
    explicit FrameGuard(Peer peer) : m_peer(peer), m_received(peer == Peer::Client ? kPreface : 0) {}

    // The next bytes from the peer, as they came. Null while all is well; why the connection is to be cut otherwise,
    // now and for any bytes that follow.
    const char* received(ByteView bytes, MonoTime now);
    // The next bytes to the peer.
    void sent(ByteView bytes);

    // Calls that the peer, a client, has begun, and that neither side has ended.
    std::size_t halfOpen() const { return m_streams.halfOpen(); }

private:
    static constexpr std::size_t kPreface = 24; // what a client says before its first frame

    const char* judge(const Frame& frame, MonoTime now);
    const char* headers(const Frame& frame);
    const char* counted(int& count, int most, const char* why);

    const Peer m_peer;
    const char* m_why = nullptr;
    FrameReader m_received;
    FrameReader m_sent{0};
    OpenStreams m_streams;   // of a client
    bool m_inBlock = false;  // a header block is open: nothing but CONTINUATION may follow
    std::size_t m_block = 0; // its bytes so far
    int m_continuations = 0; // its CONTINUATION frames so far
    MonoTime m_second;       // when the counts below began
    int m_resets = 0;
    int m_idle = 0;
    int m_windowUpdates = 0;
};

} // namespace gnomon::wire
