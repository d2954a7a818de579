// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/bytes.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace gnomon::wire {

// The header of an HTTP/2 frame (RFC 9113 section 4.1).
struct Frame {
    enum Type : std::uint8_t {
        kData = 0,
        kHeaders = 1,
        kReset = 3,
        kPushPromise = 5,
        kWindowUpdate = 8,
        kContinuation = 9,
    };
    static constexpr std::uint8_t kEndStream = 0x1;
    static constexpr std::uint8_t kEndHeaders = 0x4;

    std::size_t length = 0;
    std::uint8_t type = 0;
    std::uint8_t flags = 0;
    std::uint32_t stream = 0;

    // Nothing more comes on the stream from whoever sent it.
    bool endsStream() const {
        return type == kReset || ((flags & kEndStream) != 0 && (type == kData || type == kHeaders));
    }
};

// Finds the frames in one direction of a connection. Reads their headers and keeps nothing of what they carry.
class FrameReader {
public:
    // preface: bytes before the first frame.
    explicit FrameReader(std::size_t preface) : m_skip(preface) {}

    // The next frame whose header is complete; takes what it has read from bytes. Empty once they are used up.
    std::optional<Frame> next(ByteView& bytes);

private:
    std::size_t m_skip; // bytes of a frame's content, or of the preface, that are still to come
    std::array<std::uint8_t, 9> m_header{};
    std::size_t m_have = 0; // bytes of m_header
};

} // namespace gnomon::wire
