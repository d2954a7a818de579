// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/result.h"

#include <toml++/toml.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace gnomon::config {

// A TOML file on its way to values: parses it, and keeps what was wrong first, with file, line and column.
class TomlFile {
public:
    // file: named in messages and the start of relative paths; it is not opened. remedy: of every error.
    explicit TomlFile(std::filesystem::path file, std::string remedy = {})
        : m_file(std::move(file)), m_remedy(std::move(remedy)) {}

    // Absent when the text is no TOML, which is the problem then.
    std::optional<toml::table> parse(std::string_view text);
    void add(const toml::source_region& where, const std::string& key, const std::string& what);
    // For what is wrong with the whole, such as a key that is missing.
    void add(const std::string& key, const std::string& what);
    const std::optional<Error>& error() const { return m_error; }

    std::filesystem::path folder() const { return m_file.parent_path(); }
    // Full names of all keys that were asked for, there or not: what the file may hold.
    const std::set<std::string>& asked() const { return m_asked; }
    void ask(const std::string& key) { m_asked.insert(key); }

private:
    void add(const std::string& place, const std::string& key, const std::string& what);

    const std::filesystem::path m_file;
    const std::string m_remedy;
    std::set<std::string> m_asked;
    std::optional<Error> m_error;
};

// A table that is read key by key; done() refuses the keys that nobody asked for. Names a key in full in messages.
// A table that is not there has no keys. Both the table and the file must outlive it.
class TomlTable {
public:
    // prefix: "payload." for the keys of [payload]; empty at the top.
    TomlTable(const toml::table& table, std::string prefix, TomlFile& file)
        : TomlTable(&table, std::move(prefix), file) {}

    // Each takes the key's value into `into`, which keeps its own when the key is absent.
    void read(std::string_view key, std::string& into);
    void read(std::string_view key, std::string& into, std::initializer_list<std::string_view> choices);
    void read(std::string_view key, bool& into);
    void read(std::string_view key, double& into, double least, double most);
    void read(std::string_view key, std::int64_t& into, std::int64_t least, std::int64_t most);
    void read(std::string_view key, std::vector<std::string>& into);
    // Relative paths start at the folder of the file; an empty one counts as absent.
    void read(std::string_view key, std::filesystem::path& into);

    // Any other whole number, and durations in their own unit. `most` must fit into the type.
    template <class T>
    requires std::is_integral_v<T>
    void read(std::string_view key, T& into, std::int64_t least, std::int64_t most) {
        auto value = static_cast<std::int64_t>(into);
        read(key, value, least, most);
        into = static_cast<T>(value);
    }
    template <class Rep, class Period>
    void read(std::string_view key, std::chrono::duration<Rep, Period>& into, std::int64_t least, std::int64_t most) {
        std::int64_t value = into.count();
        read(key, value, least, most);
        into = std::chrono::duration<Rep, Period>(value);
    }

    const toml::node* take(std::string_view key);
    const toml::array* takeArray(std::string_view key);
    TomlTable takeTable(std::string_view key);
    void problem(std::string_view key, const std::string& what);
    void done();

private:
    TomlTable(const toml::table* table, std::string prefix, TomlFile& file)
        : m_table(table), m_prefix(std::move(prefix)), m_file(file) {}

    const toml::table* m_table; // absent: null
    std::string m_prefix;
    TomlFile& m_file;
    std::set<std::string, std::less<>> m_known;
};

} // namespace gnomon::config
