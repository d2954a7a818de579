// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/reload.h"
#include "backend/base/log.h"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

namespace gnomon::node {

namespace {

namespace fs = std::filesystem;

void addStamp(const fs::path& path, std::string& stamp) {
    struct stat facts {};
    const bool there = ::stat(path.c_str(), &facts) == 0;
    stamp += path.string() + (there ? ":" : " is not there");
    for (const long part : {static_cast<long>(facts.st_ino), static_cast<long>(facts.st_size),
                            static_cast<long>(facts.st_mtim.tv_sec), static_cast<long>(facts.st_mtim.tv_nsec)}) {
        stamp += std::to_string(part) + " ";
    }
}

// Changes whenever one of the files does.
std::string stampOf(const std::vector<fs::path>& paths) {
    std::string stamp;
    for (const fs::path& path : paths) {
        std::error_code ignored;
        if (!fs::is_directory(path, ignored)) {
            addStamp(path, stamp);
            continue;
        }
        std::vector<fs::path> files;
        for (const fs::directory_entry& entry : fs::directory_iterator(path, ignored)) {
            files.push_back(entry.path());
        }
        std::sort(files.begin(), files.end());
        for (const fs::path& file : files) {
            addStamp(file, stamp);
        }
    }
    return stamp;
}

} // namespace

Reloader::Reloader(std::vector<ReloadSource> sources, port::AuditSink& audit, std::chrono::milliseconds period)
    : m_audit(audit) {
    const MutexLock lock(m_mutex);
    for (ReloadSource& source : sources) {
        const std::string now = stampOf(source.paths);
        m_states.push_back({source.name, 0, 0, false, SystemClock().wallNow()});
        m_watched.push_back({std::move(source), now, now});
    }
    if (period.count() > 0) {
        m_thread = Periodic(period, [this] { look(); });
    }
}

void Reloader::look() {
    for (Watched& watched : m_watched) {
        std::string now = stampOf(watched.source.paths);
        const bool settled = now == watched.seen;
        watched.seen = std::move(now);
        if (settled && watched.seen != watched.taken) {
            watched.taken = watched.seen;
            record(watched.source.name, watched.source.load());
        }
    }
}

std::vector<ReloadState> Reloader::states() const {
    const MutexLock lock(m_mutex);
    return m_states;
}

void Reloader::note(const std::string& name, bool loaded) {
    const MutexLock lock(m_mutex);
    for (ReloadState& state : m_states) {
        if (state.name == name) {
            ++(loaded ? state.reloads : state.failures);
            state.lastFailed = !loaded;
            state.last = loaded ? SystemClock().wallNow() : state.last;
        }
    }
}

void Reloader::record(const std::string& name, const Result<std::optional<AuditPayload>>& loaded) {
    if (loaded && !*loaded) {
        return;
    }
    note(name, loaded.ok());
    AuditRecord record;
    record.kind = RecordKind::Config;
    record.actor = machineActor("reload");
    record.action = "reload";
    record.object = name;
    record.result = loaded ? "ok" : "failed";
    record.code = loaded ? "OK" : codeName(loaded.error().code);
    record.reason = loaded ? "its files have changed" : loaded.error().message + "; what there was stays in force";
    if (loaded) {
        logEvent(LogLevel::Info, "reloaded", {{"what", name}});
    } else {
        logEvent(LogLevel::Error, "not_reloaded", {{"what", name}, {"cause", loaded.error().message}});
    }
    if (const auto appended = m_audit.append(record, loaded ? *loaded : std::nullopt); !appended) {
        logEvent(LogLevel::Error, "reload_not_recorded", {{"what", name}, {"cause", appended.error().message}});
    }
}

} // namespace gnomon::node
