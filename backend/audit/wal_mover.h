// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/mutex.h"

#include <sqlite3.h>

#include <filesystem>
#include <thread>

namespace gnomon::audit {

// Moves what commits left in the write-ahead log into the database file ("checkpoint" in SQLite's words), on a thread
// and a connection of its own: otherwise each thousandth page of a commit waits for a thousand pages and two syncs. A
// write-ahead log that grows faster than that is moved by its writer.
class WalMover {
public:
    // Follows the connection, whose own checkpoints end, and must outlive it.
    WalMover(std::filesystem::path file, sqlite3* writer);
    ~WalMover();
    WalMover(const WalMover&) = delete;
    WalMover& operator=(const WalMover&) = delete;

    static constexpr int kPages = 1000; // since it was last asked to
    static constexpr int kMost = 8000;  // then the writer waits

private:
    static int committed(void* self, sqlite3* writer, const char* schema, int pages);
    void run();

    const std::filesystem::path m_file;
    int m_askedAt = 0; // pages in the write-ahead log; the writer's own

    Mutex m_mutex;
    Condition m_wake;
    bool m_asked GUARDED_BY(m_mutex) = false;
    bool m_stopping GUARDED_BY(m_mutex) = false;

    std::thread m_thread; // last: starts when everything else is there
};

} // namespace gnomon::audit
