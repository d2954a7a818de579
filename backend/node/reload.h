// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/clock.h"
#include "backend/base/mutex.h"
#include "backend/base/periodic.h"
#include "backend/base/result.h"
#include "backend/port/audit_sink.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace gnomon::node {

// Files that are taken over while the node runs.
struct ReloadSource {
    std::string name;                         // "certificates"
    std::vector<std::filesystem::path> paths; // files, and folders of files
    // Takes the files over, or keeps what there is and says what is wrong with them. What has changed; absent: nothing.
    std::function<Result<std::optional<AuditPayload>>()> load;
};

// How reloading one source went so far.
struct ReloadState {
    std::string name;
    std::uint64_t reloads = 0;
    std::uint64_t failures = 0;
    bool lastFailed = false; // what there was stays in force
    WallTime last;           // of the last reload; of the start before there was one

    bool operator==(const ReloadState&) const = default;
};

// Looks every half second whether files have changed, and has them taken over once they stay the same for that long:
// a file that is being written is not read. Each reload is a record in the audit trail, by the node itself, and so is
// one that failed; once per change. Its own thread.
class Reloader {
public:
    // What the files are now counts as taken over. audit must outlive it. Without a period only look() looks.
    Reloader(std::vector<ReloadSource> sources, port::AuditSink& audit, std::chrono::milliseconds period);
    ~Reloader() { m_thread.stop(); }
    Reloader(const Reloader&) = delete;
    Reloader& operator=(const Reloader&) = delete;

    void look();
    // Waits for a reload under way; none follows.
    void stop() { m_thread.stop(); }
    // Any thread.
    std::vector<ReloadState> states() const;

private:
    struct Watched {
        ReloadSource source;
        std::string taken; // what the files were when they were taken over
        std::string seen;  // at the last look
    };

    void note(const std::string& name, bool loaded);
    void record(const std::string& name, const Result<std::optional<AuditPayload>>& loaded);

    port::AuditSink& m_audit;
    mutable Mutex m_mutex;
    std::vector<ReloadState> m_states GUARDED_BY(m_mutex); // as m_watched
    std::vector<Watched> m_watched;                        // of the thread, or of whoever calls look()
    Periodic m_thread;
};

} // namespace gnomon::node
