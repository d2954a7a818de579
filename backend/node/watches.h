// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/clock.h"
#include "backend/base/mutex.h"
#include "backend/base/result.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gnomon::node {

struct DiskState {
    std::uint64_t size = 0; // 0: it cannot be told
    std::uint64_t free = 0; // for the node's user

    double usedShare() const { return size == 0 ? 0 : 1 - static_cast<double>(free) / static_cast<double>(size); }
    bool operator==(const DiskState&) const = default;
};

// Looks at the disk that holds the node's state whenever somebody asks, and says in the log when it gets 80 % and 90 %
// full, and when there is room again. Thread-safe.
class DiskWatch {
public:
    explicit DiskWatch(std::filesystem::path folder);
    // For tests: reads the disk by the function.
    DiskWatch(std::filesystem::path folder, std::function<DiskState()> read);

    DiskState look();
    // For people, from 90 % on; at 80 % the log and the metrics are enough.
    std::optional<std::string> alarm();

private:
    const std::filesystem::path m_folder;
    const std::function<DiskState()> m_read;
    Mutex m_mutex;
    int m_told GUARDED_BY(m_mutex) = 0; // percent
};

struct CertificateState {
    std::string name; // "node", "ca"
    WallTime expires;
    WallTime changed; // of the file

    bool operator==(const CertificateState&) const = default;
};

// Reads certificates again when their files have changed; one that cannot be read is left out. Thread-safe.
class CertificateWatch {
public:
    // Names and files.
    explicit CertificateWatch(std::vector<std::pair<std::string, std::filesystem::path>> files);

    std::vector<CertificateState> look();
    // For people, from a week before the first of them expires.
    std::optional<std::string> alarm(WallTime now);

private:
    const std::vector<std::pair<std::string, std::filesystem::path>> m_files;
    Mutex m_mutex;
    std::map<std::string, CertificateState> m_known GUARDED_BY(m_mutex);
};

} // namespace gnomon::node
