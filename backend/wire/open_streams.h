// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/wire/frame_reader.h"

#include <vector>

namespace gnomon::wire {

// The streams that a client has open with this process's server, from the frames of both sides. As gRPC counts them:
// what it takes no notice of (streams of even or old numbers, ends of streams that never were) is none here either.
class OpenStreams {
public:
    void received(const Frame& frame);
    void sent(const Frame& frame);

    std::size_t open() const { return m_open.size(); }
    // Begun by the client, and ended by neither side.
    std::size_t halfOpen() const { return m_half; }

private:
    struct Stream {
        std::uint32_t number;
        bool half; // more may come from the client
    };
    std::vector<Stream>::iterator find(std::uint32_t number);
    void endHalf(Stream& stream);

    std::vector<Stream> m_open; // in the order of their numbers
    std::size_t m_half = 0;
    std::uint32_t m_last = 0; // the highest number so far
};

} // namespace gnomon::wire
