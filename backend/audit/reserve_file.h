// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/bytes.h"
#include "backend/base/result.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace gnomon::audit {

// A record that could not be written to the log: encoded as it would have been, and its payload (empty: none).
struct ReserveEntry {
    std::uint64_t logSize = 0; // how large the log was known to be
    Bytes record;
    Bytes payload;
    std::string cause; // why; only in the first of a filling

    bool operator==(const ReserveEntry&) const = default;
};

// The file whose space is taken in advance, so that a full disk cannot refuse what the node does on its own to keep
// callers safe (FORMAT.md section 8). Holds one filling at a time; clear() begins the next. Used by one thread at a
// time.
class ReserveFile {
public:
    // Makes the file of so many bytes, or reads what an earlier run left in it; a torn entry at its end was never
    // acknowledged and is dropped. ResourceExhausted when the disk has no room for it, FailedPrecondition when it is no
    // reserve of this log.
    static Result<std::unique_ptr<ReserveFile>> open(const std::filesystem::path& file, const Digest& log,
                                                     std::uint64_t bytes);
    ~ReserveFile();
    ReserveFile(const ReserveFile&) = delete;
    ReserveFile& operator=(const ReserveFile&) = delete;

    // All of them durable, or an error: ResourceExhausted when they do not fit. After a failed write or sync nothing
    // more is taken until clear() has succeeded.
    Status append(std::span<const ReserveEntry> entries);
    // What is durable, oldest first.
    const std::vector<ReserveEntry>& entries() const { return m_entries; }
    bool empty() const { return m_entries.empty(); }
    // Number of the filling; grows with each clear().
    std::uint64_t filling() const { return m_filling; }
    // 0 to 100.
    int percentFull() const;
    // Forgets all entries, durably: they are in the log. After an error they are still there.
    Status clear();

private:
    ReserveFile(int descriptor, std::filesystem::path file, const Digest& log, std::uint64_t bytes)
        : m_descriptor(descriptor), m_file(std::move(file)), m_log(log), m_bytes(bytes) {}
    Status readHeader();
    Status readEntries();
    Error failed(const char* verb) const;

    const int m_descriptor;
    const std::filesystem::path m_file;
    const Digest m_log;
    const std::uint64_t m_bytes;
    std::uint64_t m_filling = 0;
    std::uint64_t m_end = 0; // where the next entry goes
    std::vector<ReserveEntry> m_entries;
    Status m_failure; // of the last write
};

} // namespace gnomon::audit
