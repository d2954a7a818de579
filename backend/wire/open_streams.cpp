// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/wire/open_streams.h"

#include <algorithm>

namespace gnomon::wire {

void OpenStreams::received(const Frame& frame) {
    if (frame.type == Frame::kHeaders && frame.stream % 2 == 1 && frame.stream > m_last) {
        m_last = frame.stream;
        m_open.push_back({frame.stream, true});
        ++m_half;
    }
    if (!frame.endsStream()) {
        return;
    }
    const auto found = find(frame.stream);
    if (found == m_open.end()) {
        return;
    }
    endHalf(*found);
    if (frame.type == Frame::kReset) {
        m_open.erase(found);
    }
}

void OpenStreams::sent(const Frame& frame) {
    if (!frame.endsStream()) {
        return;
    }
    const auto found = find(frame.stream);
    if (found != m_open.end()) {
        endHalf(*found);
        m_open.erase(found);
    }
}

std::vector<OpenStreams::Stream>::iterator OpenStreams::find(std::uint32_t number) {
    const auto found = std::lower_bound(m_open.begin(), m_open.end(), number,
                                        [](const Stream& stream, std::uint32_t than) { return stream.number < than; });
    return found != m_open.end() && found->number == number ? found : m_open.end();
}

void OpenStreams::endHalf(Stream& stream) {
    m_half -= stream.half ? 1 : 0;
    stream.half = false;
}

} // namespace gnomon::wire
