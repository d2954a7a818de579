// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/byte_codec.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace gnomon::audit {

// The search index is cut into blocks of neighbouring records, each with the list of positions of each term that
// occurs in it (FORMAT.md section 7). However many records match, a search looks once into each block for each of its
// terms, and a list is at most 8 KiB.
inline constexpr std::size_t kBlockRecords = 65536;
inline constexpr std::size_t kBitmapBytes = kBlockRecords / 8;

// What the times of a block's records are kept as, beside its terms: of each how much later it is than the one before.
inline constexpr std::string_view kTimesTerm = "t";

// Which records a block has. Their index times never run backward.
struct BlockHead {
    std::uint64_t first = 0; // sequence number of its first record
    std::uint64_t records = 0;
    std::int64_t since = 0; // index time of the first, in microseconds
    std::int64_t until = 0; // of the last

    std::uint64_t end() const { return first + records; }
};

// Adds a position to a list of smaller ones: two bytes each, or a bitmap when that is no longer.
void addPosition(Bytes& list, std::uint16_t position);

// Positions of a block.
class PositionSet {
public:
    // All of [begin, end).
    PositionSet(std::size_t begin, std::size_t end);
    // Only those that are in the list, or those that are not. Any bytes are a list: nothing is out of its bounds.
    void keep(ByteView list);
    void drop(ByteView list);
    std::size_t count() const;
    bool empty() const;

    // Calls visit(position) from the largest below `end` on downward, while it returns true.
    template <class Visit>
    void visitDown(std::size_t end, Visit visit) const {
        end = std::min(end, kBlockRecords);
        for (std::size_t at = (end + 63) / 64; at-- > 0;) {
            const std::size_t inside = end - at * 64; // of this word, positions below that
            std::uint64_t word = inside >= 64 ? m_words[at] : m_words[at] & ((std::uint64_t{1} << inside) - 1);
            while (word != 0) {
                const auto highest = static_cast<std::size_t>(63 - std::countl_zero(word));
                if (!visit(at * 64 + highest)) {
                    return;
                }
                word &= ~(std::uint64_t{1} << highest);
            }
        }
    }

private:
    std::array<std::uint64_t, kBlockRecords / 64> m_words;
};

// The lists of one block, in memory or stored.
class BlockLists {
public:
    virtual ~BlockLists() = default;
    // Valid until the next call. Absent when no record of the block has the term.
    virtual std::optional<ByteView> list(std::string_view term) = 0;
};

// A block that is being filled. Used by one thread at a time.
class IndexBlock final : public BlockLists {
public:
    // The index time goes on from `time`; full with so many records (at most kBlockRecords), or as much memory.
    IndexBlock(std::uint64_t first, std::int64_t time, std::size_t limit);

    // REQUIRES: not full. Terms: each once.
    void add(const std::vector<std::string>& terms, std::int64_t time);
    bool full() const { return m_head.records >= m_limit || m_memory >= kMostMemory; }
    const BlockHead& head() const { return m_head; }
    std::optional<ByteView> list(std::string_view term) override;
    // All lists, smallest term first. Valid until the block changes.
    std::vector<std::pair<std::string_view, ByteView>> sorted() const;

private:
    static constexpr std::size_t kMostMemory = 32u << 20;
    struct Hash : std::hash<std::string_view> {
        using is_transparent = void;
    };
    Bytes& listOf(std::string_view term);

    const std::size_t m_limit;
    BlockHead m_head;
    ByteWriter m_times;
    std::unordered_map<std::string, Bytes, Hash, std::equal_to<>> m_lists;
    std::size_t m_memory = 0; // about what the lists take
};

// The first position of the block whose index time is not before `time`; the number of its records when there is none.
std::size_t positionAt(const BlockHead& head, BlockLists& lists, std::int64_t time);

} // namespace gnomon::audit
