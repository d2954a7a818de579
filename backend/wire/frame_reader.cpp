// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/wire/frame_reader.h"

#include <algorithm>

namespace gnomon::wire {

std::optional<Frame> FrameReader::next(ByteView& bytes) {
    while (!bytes.empty()) {
        const std::size_t skipped = std::min(m_skip, bytes.size());
        m_skip -= skipped;
        bytes = bytes.subspan(skipped);
        const std::size_t taken = std::min(m_header.size() - m_have, bytes.size());
        std::copy_n(bytes.begin(), taken, m_header.begin() + static_cast<std::ptrdiff_t>(m_have));
        m_have += taken;
        bytes = bytes.subspan(taken);
        if (m_have < m_header.size()) {
            continue;
        }
        m_have = 0;
        const auto number = [this](std::size_t from, std::size_t to) {
            std::uint32_t value = 0;
            for (std::size_t i = from; i < to; ++i) {
                value = value << 8 | m_header[i];
            }
            return value;
        };
        m_skip = number(0, 3);
        return Frame{m_skip, m_header[3], m_header[4], number(5, 9) & 0x7fffffffU};
    }
    return std::nullopt;
}

} // namespace gnomon::wire
