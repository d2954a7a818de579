// SPDX-License-Identifier: GPL-3.0-or-later
// The part of ExchangeWriter that keeps the file within age and size.
#include "backend/store/exchange_writer.h"

#include <algorithm>

namespace gnomon::store {

namespace {

constexpr std::chrono::minutes kAgeCheckEvery{1};
constexpr int kRowsPerDelete = 500;
// So much is removed at most before the queue gets its turn again.
constexpr int kDeletesPerRound = 20;

} // namespace

Status ExchangeWriter::retain() {
    return guarded("keep the exchange file within its limits", [&]() -> Status {
        MutexLock lock(m_databaseMutex);
        const MonoTime now = m_clock.monoNow();
        if (!m_lastAgeCheck || now - *m_lastAgeCheck >= kAgeCheckEvery) {
            bool more = true;
            for (int i = 0; more && i < kDeletesPerRound; ++i) {
                more = removeOld() > 0;
            }
            if (!more) {
                m_lastAgeCheck = now;
            }
        }
        if (liveBytes() <= m_options.maxBytes) {
            return {};
        }
        // A little further down than needed, so that not every batch has to evict.
        const std::uint64_t goal = m_options.maxBytes - m_options.maxBytes / 20;
        std::size_t spared = m_options.keepNewest;
        for (int i = 0; i < kDeletesPerRound && liveBytes() > goal; ++i) {
            const int rows = rowsToEvict(liveBytes() - goal);
            // The size is a promise and the spared ones are a convenience: when only those are left, fewer are spared.
            while (evict(rows, spared) == 0 && spared > 0) {
                spared /= 2;
            }
        }
        return {};
    });
}

std::uint64_t ExchangeWriter::liveBytes() {
    const std::uint64_t pages = fromColumn(m_database->execAndGet("PRAGMA page_count"));
    const std::uint64_t empty = fromColumn(m_database->execAndGet("PRAGMA freelist_count"));
    return (pages - empty) * fromColumn(m_database->execAndGet("PRAGMA page_size"));
}

int ExchangeWriter::removeOld() {
    int removed = 0;
    for (auto& [endpoint, rows] : m_rows) {
        SQLite::Statement remove(*m_database, "DELETE FROM exchange WHERE seq IN (SELECT seq FROM exchange "
                                              "WHERE endpoint = ? AND time_us < ? ORDER BY time_us LIMIT ?)");
        remove.bind(1, endpoint);
        remove.bind(2, toMicros(m_clock.wallNow() - m_options.maxAge));
        remove.bind(3, kRowsPerDelete);
        const int gone = remove.exec();
        rows -= std::min(rows, static_cast<std::uint64_t>(gone));
        removed += gone;
    }
    return removed;
}

int ExchangeWriter::rowsToEvict(std::uint64_t excess) {
    std::uint64_t rows = 0;
    for (const auto& [endpoint, count] : m_rows) {
        rows += count;
    }
    const std::uint64_t perRow = std::max<std::uint64_t>(1, liveBytes() / std::max<std::uint64_t>(1, rows));
    return static_cast<int>(std::clamp<std::uint64_t>(excess / perRow, 1, kRowsPerDelete));
}

int ExchangeWriter::evict(int rows, std::size_t spared) {
    const auto most = std::max_element(m_rows.begin(), m_rows.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    if (most == m_rows.end()) {
        return 0;
    }
    SQLite::Statement remove(*m_database,
                             "DELETE FROM exchange WHERE seq IN (SELECT seq FROM exchange INDEXED BY exchange_by_worth "
                             "WHERE endpoint = ?1 AND seq NOT IN (SELECT seq FROM exchange INDEXED BY exchange_by_time "
                             "WHERE endpoint = ?1 ORDER BY time_us DESC, seq DESC LIMIT ?2) "
                             "ORDER BY notable, differs, gap, seq LIMIT ?3)");
    remove.bind(1, most->first);
    remove.bind(2, static_cast<std::int64_t>(spared));
    remove.bind(3, rows);
    const int gone = remove.exec();
    most->second -= std::min(most->second, static_cast<std::uint64_t>(gone));
    return gone;
}

} // namespace gnomon::store
