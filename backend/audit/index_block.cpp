// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/audit/index_block.h"
#include "backend/base/byte_codec.h"
#include "backend/base/check.h"

#include <algorithm>

namespace gnomon::audit {

namespace {

constexpr std::size_t kMemoryOfATerm = 100; // beside its bytes: table, list

std::uint16_t positionIn(ByteView list, std::size_t at) {
    return static_cast<std::uint16_t>(list[at] | list[at + 1] << 8);
}

std::uint64_t wordIn(ByteView bitmap, std::size_t at) {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < 8; ++i) {
        word |= std::uint64_t{bitmap[at * 8 + i]} << (8 * i);
    }
    return word;
}

void toBitmap(Bytes& list) {
    Bytes bitmap(kBitmapBytes, 0);
    for (std::size_t i = 0; i + 1 < list.size(); i += 2) {
        const std::uint16_t position = positionIn(list, i);
        bitmap[position / 8] = static_cast<std::uint8_t>(bitmap[position / 8] | 1u << position % 8);
    }
    list = std::move(bitmap);
}

} // namespace

void addPosition(Bytes& list, std::uint16_t position) {
    if (list.size() == kBitmapBytes) {
        list[position / 8] = static_cast<std::uint8_t>(list[position / 8] | 1u << position % 8);
        return;
    }
    list.push_back(static_cast<std::uint8_t>(position & 0xff));
    list.push_back(static_cast<std::uint8_t>(position >> 8));
    if (list.size() == kBitmapBytes) {
        toBitmap(list);
    }
}

PositionSet::PositionSet(std::size_t begin, std::size_t end) {
    m_words.fill(0);
    end = std::min(end, kBlockRecords);
    for (std::size_t at = begin / 64; at * 64 < end; ++at) {
        std::uint64_t word = ~std::uint64_t{0};
        if (begin > at * 64) {
            word &= ~std::uint64_t{0} << (begin - at * 64);
        }
        if (end - at * 64 < 64) {
            word &= (std::uint64_t{1} << (end - at * 64)) - 1;
        }
        m_words[at] = word;
    }
}

void PositionSet::keep(ByteView list) {
    if (list.size() == kBitmapBytes) {
        for (std::size_t at = 0; at < m_words.size(); ++at) {
            m_words[at] &= wordIn(list, at);
        }
        return;
    }
    const std::array<std::uint64_t, kBlockRecords / 64> before = m_words;
    m_words.fill(0);
    for (std::size_t i = 0; i + 1 < list.size(); i += 2) {
        const std::uint16_t position = positionIn(list, i);
        m_words[position / 64] |= before[position / 64] & std::uint64_t{1} << position % 64;
    }
}

void PositionSet::drop(ByteView list) {
    const PositionSet before = *this;
    keep(list);
    for (std::size_t at = 0; at < m_words.size(); ++at) {
        m_words[at] = before.m_words[at] & ~m_words[at];
    }
}

std::size_t PositionSet::count() const {
    std::size_t sum = 0;
    for (const std::uint64_t word : m_words) {
        sum += word == 0 ? 0 : static_cast<std::size_t>(std::popcount(word)); // most are
    }
    return sum;
}

bool PositionSet::empty() const {
    return std::all_of(m_words.begin(), m_words.end(), [](std::uint64_t word) { return word == 0; });
}

IndexBlock::IndexBlock(std::uint64_t first, std::int64_t time, std::size_t limit)
    : m_limit(std::clamp<std::size_t>(limit, 1, kBlockRecords)), m_head{first, 0, time, time} {}

Bytes& IndexBlock::listOf(std::string_view term) {
    const auto found = m_lists.find(term);
    if (found != m_lists.end()) {
        return found->second;
    }
    m_memory += term.size() + kMemoryOfATerm;
    return m_lists[std::string(term)];
}

void IndexBlock::add(const std::vector<std::string>& terms, std::int64_t time) {
    GNOMON_CHECK(!full()); // see the contract
    const bool first = m_head.records == 0;
    const auto position = static_cast<std::uint16_t>(m_head.records++);
    time = std::max(time, m_head.until);
    m_times.number(static_cast<std::uint64_t>(first ? 0 : time - m_head.until));
    m_head.since = first ? time : m_head.since;
    m_head.until = time;
    for (const std::string& term : terms) {
        addPosition(listOf(term), position);
        m_memory += sizeof position;
    }
}

std::optional<ByteView> IndexBlock::list(std::string_view term) {
    if (term == kTimesTerm) {
        return m_times.view();
    }
    const auto found = m_lists.find(term);
    return found == m_lists.end() ? std::nullopt : std::optional<ByteView>(found->second);
}

std::vector<std::pair<std::string_view, ByteView>> IndexBlock::sorted() const {
    std::vector<std::pair<std::string_view, ByteView>> all(m_lists.begin(), m_lists.end());
    all.emplace_back(kTimesTerm, m_times.view());
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    return all;
}

std::size_t positionAt(const BlockHead& head, BlockLists& lists, std::int64_t time) {
    if (time <= head.since) {
        return 0;
    }
    const auto records = static_cast<std::size_t>(head.records);
    if (time > head.until) {
        return records;
    }
    ByteReader steps(lists.list(kTimesTerm).value_or(ByteView()));
    std::uint64_t left = static_cast<std::uint64_t>(time) - static_cast<std::uint64_t>(head.since);
    for (std::size_t position = 0; position < records; ++position) {
        const std::uint64_t step = steps.number();
        if (step >= left) {
            return position;
        }
        left -= step;
    }
    return records;
}

} // namespace gnomon::audit
