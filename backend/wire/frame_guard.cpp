// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/wire/frame_guard.h"

namespace gnomon::wire {

const char* FrameGuard::received(ByteView bytes, MonoTime now) {
    while (m_why == nullptr) {
        const std::optional<Frame> frame = m_received.next(bytes);
        if (!frame) {
            break;
        }
        m_why = judge(*frame, now);
    }
    return m_why;
}

void FrameGuard::sent(ByteView bytes) {
    if (m_peer == Peer::Server) {
        return;
    }
    while (const std::optional<Frame> frame = m_sent.next(bytes)) {
        m_streams.sent(*frame);
    }
}

const char* FrameGuard::judge(const Frame& frame, MonoTime now) {
    if (now - m_second >= std::chrono::seconds(1)) {
        m_second = now;
        m_resets = m_idle = m_windowUpdates = 0;
    }
    if (m_inBlock && frame.type != Frame::kContinuation) {
        return "a frame inside a header block";
    }
    if (m_peer == Peer::Client) {
        m_streams.received(frame);
        if (m_streams.open() > kOpen) {
            return "too many calls under way";
        }
    }
    switch (frame.type) {
    case Frame::kData:
        return frame.length > 0 || frame.endsStream() ? nullptr : counted(m_idle, kIdle, "too many empty frames");
    case Frame::kHeaders:
    case Frame::kPushPromise:
    case Frame::kContinuation:
        return headers(frame);
    case Frame::kReset:
        return counted(m_resets, kResets, "too many streams reset");
    case Frame::kWindowUpdate:
        return counted(m_windowUpdates, kWindowUpdates, "too many window updates");
    default:
        return counted(m_idle, kIdle, "too many frames that carry nothing");
    }
}

const char* FrameGuard::headers(const Frame& frame) {
    if (frame.type == Frame::kContinuation) {
        if (!m_inBlock) {
            return "a continuation of no header block";
        }
        ++m_continuations;
    } else {
        m_block = 0;
        m_continuations = 0;
    }
    m_block += frame.length;
    m_inBlock = (frame.flags & Frame::kEndHeaders) == 0;
    if (m_block > kHeaderBlock) {
        return "a header block that is too large";
    }
    return m_continuations > kContinuations ? "a header block in too many pieces" : nullptr;
}

const char* FrameGuard::counted(int& count, int most, const char* why) {
    return ++count > most ? why : nullptr;
}

} // namespace gnomon::wire
