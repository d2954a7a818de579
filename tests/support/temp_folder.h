// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/check.h"

#include <cstdlib>
#include <filesystem>
#include <string>

namespace gnomon::test {

// A folder of its own for one test, removed with everything in it.
class TempFolder {
public:
    TempFolder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "gnomon-test-XXXXXX").string();
        GNOMON_CHECK(::mkdtemp(pattern.data()) != nullptr);
        m_path = pattern;
    }
    ~TempFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(m_path, ignored);
    }
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;

    std::filesystem::path operator/(const char* name) const { return m_path / name; }
    const std::filesystem::path& path() const { return m_path; }

private:
    std::filesystem::path m_path;
};

} // namespace gnomon::test
