// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/bytes.h"
#include "backend/base/result.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace gnomon::serving {

// An open folder that nothing below leads out of: symbolic links are refused at every level, and only regular files
// that have no other name (hard link) are read. Messages name what lies below by its path from here. Move-only value.
class Folder {
public:
    // Links in the path itself are followed: where the folder lies is the operator's choice.
    static Result<Folder> open(const std::filesystem::path& path);
    ~Folder();
    Folder(Folder&& other) noexcept;
    Folder& operator=(Folder&& other) noexcept;

    const std::filesystem::path& path() const { return m_path; }
    Result<Folder> folder(const std::string& name) const;
    // NotFound, FailedPrecondition (a link, several names, not a regular file, larger than that) or Corrupt (cannot be
    // read).
    Result<Bytes> read(const std::string& name, std::uint64_t mostBytes) const;
    // Names of the folders and of the other entries in it, sorted.
    Result<std::vector<std::string>> folders() const;
    Result<std::vector<std::string>> files() const;

private:
    Folder(int descriptor, std::filesystem::path path, std::filesystem::path shown)
        : m_descriptor(descriptor), m_path(std::move(path)), m_shown(std::move(shown)) {}
    Result<std::vector<std::string>> entries(bool folders) const;

    int m_descriptor;
    std::filesystem::path m_path;
    std::filesystem::path m_shown; // from the folder that open() opened
};

// Reads "golden/case.json" below the folder, one level at a time. FailedPrecondition for a path that is absolute, is
// empty in a part or goes up.
Result<Bytes> readBelow(const Folder& folder, const std::string& relative, std::uint64_t mostBytes);

} // namespace gnomon::serving
