// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/watches.h"
#include "backend/base/files.h"
#include "backend/base/log.h"
#include "backend/base/pem.h"

#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>

namespace gnomon::node {

namespace {

constexpr int kWarn = 80;
constexpr int kAlarm = 90;
constexpr int kBack = 2; // percent of room until a level is forgotten, so that nothing is said again and again
constexpr auto kExpiryAlarm = std::chrono::hours(24 * 7);

int percent(const DiskState& disk) {
    return static_cast<int>(disk.usedShare() * 100);
}

std::string sentence(const std::filesystem::path& folder, const DiskState& disk) {
    return "the disk that holds " + folder.string() + " is " + std::to_string(percent(disk)) +
           " % full: " + std::to_string(disk.free >> 20) + " MiB are left";
}

// As df counts: what only root may use is no room.
DiskState readDisk(const std::filesystem::path& folder) {
    struct statvfs facts {};
    if (::statvfs(folder.c_str(), &facts) != 0) {
        return {};
    }
    const std::uint64_t block = facts.f_frsize;
    return {(facts.f_blocks - facts.f_bfree + facts.f_bavail) * block, facts.f_bavail * block};
}

std::optional<WallTime> expiryOf(const std::filesystem::path& file) {
    const Result<std::string> text = readFile(file, 1u << 20);
    const CertificatePtr certificate = text.ok() ? certificateFromPem(*text) : nullptr;
    return certificate ? wallTimeOf(X509_get0_notAfter(certificate.get())) : std::nullopt;
}

std::optional<WallTime> changeOf(const std::filesystem::path& file) {
    struct stat facts {};
    if (::stat(file.c_str(), &facts) != 0) {
        return std::nullopt;
    }
    return WallTime(std::chrono::seconds(facts.st_mtim.tv_sec) +
                    std::chrono::microseconds(facts.st_mtim.tv_nsec / 1000));
}

} // namespace

DiskWatch::DiskWatch(std::filesystem::path folder) : DiskWatch(folder, [folder] { return readDisk(folder); }) {}

DiskWatch::DiskWatch(std::filesystem::path folder, std::function<DiskState()> read)
    : m_folder(std::move(folder)), m_read(std::move(read)) {}

DiskState DiskWatch::look() {
    const DiskState disk = m_read();
    const int used = percent(disk);
    const int level = used >= kAlarm ? kAlarm : used >= kWarn ? kWarn : 0;
    int told = 0;
    {
        const MutexLock lock(m_mutex);
        told = m_told;
        if (level == told || (level < told && used > told - kBack)) {
            return disk;
        }
        m_told = level;
    }
    if (level > told) {
        logEvent(level == kAlarm ? LogLevel::Error : LogLevel::Warning, "disk_filling_up",
                 {{"folder", m_folder.string()},
                  {"percent", std::to_string(used)},
                  {"free_bytes", std::to_string(disk.free)}});
    } else {
        logEvent(LogLevel::Info, "disk_has_room", {{"folder", m_folder.string()}, {"percent", std::to_string(used)}});
    }
    return disk;
}

std::optional<std::string> DiskWatch::alarm() {
    const DiskState disk = look();
    const MutexLock lock(m_mutex);
    return m_told >= kAlarm ? std::optional(sentence(m_folder, disk)) : std::nullopt;
}

CertificateWatch::CertificateWatch(std::vector<std::pair<std::string, std::filesystem::path>> files)
    : m_files(std::move(files)) {}

std::vector<CertificateState> CertificateWatch::look() {
    std::vector<CertificateState> all;
    const MutexLock lock(m_mutex);
    for (const auto& [name, file] : m_files) {
        const std::optional<WallTime> changed = changeOf(file);
        CertificateState& known = m_known[name];
        if (changed && known.changed != *changed) {
            if (const auto expires = expiryOf(file)) {
                known = {name, *expires, *changed};
            }
        }
        if (!known.name.empty()) {
            all.push_back(known);
        }
    }
    return all;
}

std::optional<std::string> CertificateWatch::alarm(WallTime now) {
    const std::vector<CertificateState> all = look();
    const auto first =
        std::min_element(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.expires < b.expires; });
    if (first == all.end() || first->expires - now > kExpiryAlarm) {
        return std::nullopt;
    }
    return "the " + std::string(first->name == "ca" ? "authority's" : "node's") + " certificate " +
           (first->expires <= now ? "has expired on " : "expires on ") + toRfc3339(first->expires);
}

} // namespace gnomon::node
