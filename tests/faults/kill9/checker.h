// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/merkle/frontier.h"
#include "backend/domain/audit.h"
#include "backend/base/result.h"
#include "tests/faults/kill9/writer.h"

#include <filesystem>
#include <map>
#include <optional>
#include <vector>

namespace gnomon::faults {

// Compares what the writer acknowledged with what lies on the disk, after each kill. Keeps a tree of its own over all
// records, so that each is read once. Used by one thread.
class Checker {
public:
    explicit Checker(std::filesystem::path folder) : m_folder(std::move(folder)) {}

    // One life of the writer: what it acknowledged before it was killed.
    void check(const std::vector<Acknowledgement>& acknowledged);
    // A last recovery, after which nothing may be left open; and the full check of the log.
    void finish();
    void inconsistent(const std::string& what);
    // The line that people and scripts read. True when nothing was lost and nothing is inconsistent.
    bool print(int cycles) const;

private:
    struct Intent {
        int outcomes = 0;
        bool applied = false;
    };

    Status readNewRecords();
    void follow(const AuditRecord& record);
    void checkAcknowledgement(const Acknowledgement& acknowledgement);
    Status checkState();
    void lose(const std::string& what);

    const std::filesystem::path m_folder;
    merkle::Frontier m_tree;
    std::map<std::uint64_t, std::string> m_tags; // request ids of the records since the last check
    std::map<std::uint64_t, Intent> m_intents;
    std::map<std::uint64_t, std::uint64_t> m_outcomes; // seq of the outcome -> of its intent
    std::uint64_t m_lost = 0;
    std::uint64_t m_inconsistent = 0;
};

} // namespace gnomon::faults
