// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/faults/floods/attacks.h"

#include <thread>

namespace gnomon::faults {

namespace {

using Manner = RawPeer::Manner;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

std::string repeated(const std::string& text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) {
        all += text;
    }
    return all;
}

// Opens the connection, says `first`, then `next(n)` for as long as the attack goes on; connects again when it is cut.
AttackResult keepSaying(const Target& target, Manner manner, const std::string& first,
                        const std::function<std::string(std::uint32_t)>& next, std::chrono::milliseconds pause = 0ms) {
    AttackResult result;
    const auto until = Clock::now() + target.time;
    while (Clock::now() < until) {
        RawPeer peer(target.address, manner, target.certificate);
        bool open = peer.connected() && peer.send(first);
        for (std::uint32_t n = 0; open && Clock::now() < until; ++n) {
            const std::string said = next(n);
            result.bytes += said.size();
            open = peer.send(said);
            if (pause > 0ms) {
                std::this_thread::sleep_for(pause);
            }
        }
        result.cuts += open ? 0 : 1;
    }
    return result;
}

AttackResult endlessHeaders(const Target& target, Manner manner) {
    const std::string more = frame(9, 0, 1, header("x-a", std::string(16000, 'b')));
    return keepSaying(target, manner, frame(1, 0, 1, callHeaders()), [&](std::uint32_t) { return more; });
}

// One header that announces 2 GiB, of which a little comes at a time.
AttackResult hugeHeader(const Target& target) {
    const std::string first =
        frame(1, 0, 1, callHeaders() + header("x-a", std::string(1000, 'b'), std::uint64_t{2} << 30));
    return keepSaying(
        target, Manner::Enrolled, first, [](std::uint32_t) { return frame(9, 0, 1, std::string(1000, 'b')); }, 1ms);
}

AttackResult rapidReset(const Target& target) {
    const std::string headers = callHeaders();
    return keepSaying(target, Manner::Enrolled, "", [&](std::uint32_t n) {
        std::string burst;
        for (std::uint32_t i = 0; i < 200; ++i) {
            const std::uint32_t stream = 2 * (n * 200 + i) + 1;
            burst += frame(1, 4, stream, headers) + frame(3, 0, stream, std::string("\0\0\0\x08", 4));
        }
        return burst;
    });
}

AttackResult frames(const Target& target, const std::string& first, const std::string& each) {
    const std::string burst = repeated(each, 1000);
    return keepSaying(target, Manner::Enrolled, first, [&](std::uint32_t) { return burst; });
}

// Calls that are begun and never ended, a thousand on each connection: settings that say a hundred are never
// acknowledged. The end of a call that never was comes first, to confuse whoever counts.
AttackResult halfCalls(const Target& target) {
    AttackResult result;
    std::vector<std::unique_ptr<RawPeer>> peers;
    const std::string headers = callHeaders();
    for (int i = 0; i < 200; ++i) {
        auto& peer =
            *peers.emplace_back(std::make_unique<RawPeer>(target.address, Manner::Enrolled, target.certificate));
        std::string said = frame(3, 0, 0x7fffffff, std::string(4, '\0'));
        for (std::uint32_t stream = 1; stream < 2000; stream += 2) {
            said += frame(1, 4, stream, headers) + frame(0, 0, stream, std::string("\0\0\x0f\xff\xff", 5));
        }
        result.bytes += said.size();
        result.cuts += peer.connected() && peer.send(said) ? 0 : 1;
    }
    std::this_thread::sleep_for(target.time);
    return result;
}

AttackResult silentConnections(const Target& target, int count) {
    std::vector<std::unique_ptr<RawPeer>> peers;
    for (int i = 0; i < count; ++i) {
        peers.push_back(std::make_unique<RawPeer>(target.address, Manner::Silent, target.certificate));
    }
    std::this_thread::sleep_for(target.time);
    return {};
}

// Handshakes as fast as one client can ask for them.
AttackResult handshakes(const Target& target, Manner manner) {
    return keepSaying(target, manner, "", [](std::uint32_t) { return frame(6, 0, 1, "not a ping"); });
}

} // namespace

std::vector<Attack> attacks() {
    const auto enrolled = [](const std::string& first, const std::string& each) {
        return [first, each](const Target& target) { return frames(target, first, each); };
    };
    return {
        {"descriptors", false, [](const Target& t) { return silentConnections(t, 2000); }},
        {"half_open_handshakes", false, [](const Target& t) { return silentConnections(t, 3000); }},
        {"plaintext_headers", false, [](const Target& t) { return endlessHeaders(t, Manner::Plain); }},
        {"anonymous_headers", false, [](const Target& t) { return endlessHeaders(t, Manner::Anonymous); }},
        {"anonymous_handshakes", false, [](const Target& t) { return handshakes(t, Manner::Anonymous); }},
        {"endless_headers", true, [](const Target& t) { return endlessHeaders(t, Manner::Enrolled); }},
        {"huge_header", true, hugeHeader},
        {"rapid_reset", true, rapidReset},
        {"pings", true, enrolled("", frame(6, 0, 0, std::string(8, 'p')))},
        {"settings", true, enrolled("", frame(4, 0, 0))},
        {"priorities", true, enrolled("", frame(2, 0, 1, std::string("\0\0\0\0\x10", 5)))},
        {"window_updates", true, enrolled("", frame(8, 0, 0, std::string("\0\0\0\x01", 4)))},
        {"empty_data", true, enrolled(frame(1, 4, 1, callHeaders()), frame(0, 0, 1))},
        {"half_calls", true, halfCalls},
        {"enrolled_handshakes", true, [](const Target& t) { return handshakes(t, Manner::Enrolled); }},
    };
}

} // namespace gnomon::faults
