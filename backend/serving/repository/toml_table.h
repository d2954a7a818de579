// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/result.h"

#include <toml++/toml.h>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace gnomon::serving {

// What was wrong first, with its place.
class TomlProblems {
public:
    explicit TomlProblems(std::string file) : m_file(std::move(file)) {}

    void add(const toml::source_region& where, const std::string& key, const std::string& what) {
        if (!m_error) {
            m_error = Error{ErrorCode::InvalidArgument,
                            m_file + ":" + std::to_string(where.begin.line) + ":" + std::to_string(where.begin.column) +
                                ": " + key + " " + what,
                            {},
                            key};
        }
    }
    const std::optional<Error>& error() const { return m_error; }

private:
    std::string m_file;
    std::optional<Error> m_error;
};

// A table that is read key by key; done() refuses the keys that nobody asked for. Names a key in full in messages.
class TomlTable {
public:
    // prefix: "payload." for the keys of [payload]; empty at the top.
    TomlTable(const toml::table& table, std::string prefix, TomlProblems& problems)
        : m_table(table), m_prefix(std::move(prefix)), m_problems(problems) {}

    // Each takes the key's value into `into`, which keeps its own when the key is absent.
    void read(std::string_view key, std::string& into);
    void read(std::string_view key, bool& into);
    void read(std::string_view key, double& into, double least, double most);
    void read(std::string_view key, std::int64_t& into, std::int64_t least, std::int64_t most);
    void read(std::string_view key, std::vector<std::string>& into);

    const toml::node* take(std::string_view key);
    const toml::array* takeArray(std::string_view key);
    // Absent when the key is; wrong types are a problem.
    std::optional<TomlTable> takeTable(std::string_view key);
    void problem(std::string_view key, const std::string& what);
    void done();

private:
    const toml::table& m_table;
    std::string m_prefix;
    TomlProblems& m_problems;
    std::set<std::string, std::less<>> m_known;
};

} // namespace gnomon::serving
