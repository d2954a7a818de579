// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/wire/frame_guard.h"

#include <algorithm>

namespace gnomon::wire {

namespace {

// RFC 9113 section 6.
enum Type : std::uint8_t {
    kData = 0,
    kHeaders = 1,
    kReset = 3,
    kPushPromise = 5,
    kWindowUpdate = 8,
    kContinuation = 9,
};
constexpr std::uint8_t kEndStream = 0x1;
constexpr std::uint8_t kEndHeaders = 0x4;

} // namespace

const char* FrameGuard::look(ByteView bytes, MonoTime now) {
    while (m_why == nullptr && !bytes.empty()) {
        if (m_skip > 0) {
            const std::size_t taken = std::min(m_skip, bytes.size());
            m_skip -= taken;
            bytes = bytes.subspan(taken);
            continue;
        }
        const std::size_t taken = std::min(m_header.size() - m_have, bytes.size());
        std::copy_n(bytes.begin(), taken, m_header.begin() + static_cast<std::ptrdiff_t>(m_have));
        m_have += taken;
        bytes = bytes.subspan(taken);
        if (m_have == m_header.size()) {
            m_have = 0;
            m_why = frame(now);
        }
    }
    return m_why;
}

const char* FrameGuard::frame(MonoTime now) {
    if (now - m_second >= std::chrono::seconds(1)) {
        m_second = now;
        m_resets = m_idle = m_windowUpdates = 0;
    }
    const std::size_t length = static_cast<std::size_t>(m_header[0]) << 16 |
                               static_cast<std::size_t>(m_header[1]) << 8 | static_cast<std::size_t>(m_header[2]);
    const std::uint8_t type = m_header[3];
    const std::uint8_t flags = m_header[4];
    m_skip = length;
    if (m_inBlock && type != kContinuation) {
        return "a frame inside a header block";
    }
    const std::uint32_t stream = (static_cast<std::uint32_t>(m_header[5]) & 0x7fU) << 24 |
                                 static_cast<std::uint32_t>(m_header[6]) << 16 |
                                 static_cast<std::uint32_t>(m_header[7]) << 8 | static_cast<std::uint32_t>(m_header[8]);
    const bool ends = (flags & kEndStream) != 0 && (type == kData || type == kHeaders);
    if (ends || type == kReset) {
        ended(stream);
    } else if (type == kHeaders) {
        begun(stream);
    }
    switch (type) {
    case kData:
        return length > 0 || (flags & kEndStream) != 0 ? nullptr : counted(m_idle, kIdle, "too many empty frames");
    case kHeaders:
    case kPushPromise:
    case kContinuation:
        return headers(type, flags, length);
    case kReset:
        return counted(m_resets, kResets, "too many streams reset");
    case kWindowUpdate:
        return counted(m_windowUpdates, kWindowUpdates, "too many window updates");
    default:
        return counted(m_idle, kIdle, "too many frames that carry nothing");
    }
}

const char* FrameGuard::headers(std::uint8_t type, std::uint8_t flags, std::size_t length) {
    if (type == kContinuation) {
        if (!m_inBlock) {
            return "a continuation of no header block";
        }
        ++m_continuations;
    } else {
        m_block = 0;
        m_continuations = 0;
    }
    m_block += length;
    m_inBlock = (flags & kEndHeaders) == 0;
    if (m_block > kHeaderBlock) {
        return "a header block that is too large";
    }
    return m_continuations > kContinuations ? "a header block in too many pieces" : nullptr;
}

void FrameGuard::begun(std::uint32_t stream) {
    if (stream <= m_lastStream) {
        return; // trailers, or nothing that a server takes
    }
    m_lastStream = stream;
    if (m_openCount == m_open.size()) {
        std::rotate(m_open.begin(), m_open.begin() + 1, m_open.end());
        --m_openCount;
    }
    m_open[m_openCount++] = stream;
}

void FrameGuard::ended(std::uint32_t stream) {
    const auto end = m_open.begin() + static_cast<std::ptrdiff_t>(m_openCount);
    const auto found = std::find(m_open.begin(), end, stream);
    if (found != end) {
        std::copy(found + 1, end, found);
        --m_openCount;
    }
    m_lastStream = std::max(m_lastStream, stream);
}

const char* FrameGuard::counted(int& count, int most, const char* why) {
    return ++count > most ? why : nullptr;
}

} // namespace gnomon::wire
