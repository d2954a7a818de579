// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/audit/wal_mover.h"
#include "backend/audit/sqlite.h"
#include "backend/base/thread_name.h"

#include <utility>

namespace gnomon::audit {

namespace {

// What cannot be moved now is moved the next time; it is durable where it is.
void move(sqlite3* connection) {
    sqlite3_wal_checkpoint_v2(connection, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
}

} // namespace

WalMover::WalMover(std::filesystem::path file, sqlite3* writer) : m_file(std::move(file)) {
    sqlite3_wal_hook(writer, &WalMover::committed, this);
    m_thread = std::thread([this] {
        nameThread("audit-wal");
        run();
    });
}

WalMover::~WalMover() {
    {
        const MutexLock lock(m_mutex);
        m_stopping = true;
    }
    m_wake.notifyAll();
    m_thread.join();
}

int WalMover::committed(void* self, sqlite3* writer, const char* /*schema*/, int pages) {
    auto& mover = *static_cast<WalMover*>(self);
    if (pages >= kMost) {
        move(writer);
    } else if (pages < mover.m_askedAt) {
        mover.m_askedAt = 0; // all was moved, and it began anew
    }
    if (pages < mover.m_askedAt + kPages) {
        return SQLITE_OK;
    }
    mover.m_askedAt = pages;
    const MutexLock lock(mover.m_mutex);
    mover.m_asked = true;
    mover.m_wake.notifyAll();
    return SQLITE_OK;
}

void WalMover::run() {
    std::unique_ptr<SQLite::Database> database;
    for (;;) {
        {
            const MutexLock lock(m_mutex);
            while (!m_asked && !m_stopping) {
                m_wake.wait(m_mutex);
            }
            if (m_stopping) {
                return;
            }
            m_asked = false;
        }
        const Status moved = guarded("open " + m_file.string(), [&]() -> Status {
            if (database == nullptr) {
                database = openDatabase(m_file, Access::Read);
            }
            move(database->getHandle());
            return {};
        });
        static_cast<void>(moved);
    }
}

} // namespace gnomon::audit
