// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/config/toml_table.h"
#include "backend/base/bytes.h"

#include <algorithm>

namespace gnomon::config {

std::optional<toml::table> TomlFile::parse(std::string_view text) {
    try {
        return toml::parse(text);
    } catch (const toml::parse_error& problem) {
        add(problem.source(), "this", "is not TOML: " + printable(problem.description()));
        return std::nullopt;
    }
}

void TomlFile::add(const toml::source_region& where, const std::string& key, const std::string& what) {
    add(m_file.string() + ":" + std::to_string(where.begin.line) + ":" + std::to_string(where.begin.column), key, what);
}

void TomlFile::add(const std::string& key, const std::string& what) {
    add(m_file.string(), key, what);
}

void TomlFile::add(const std::string& place, const std::string& key, const std::string& what) {
    if (!m_error) {
        m_error = Error{ErrorCode::InvalidArgument, place + ": " + key + " " + what, m_remedy, key};
    }
}

const toml::node* TomlTable::take(std::string_view key) {
    m_known.emplace(key);
    m_file.ask(m_prefix + std::string(key));
    return m_table == nullptr ? nullptr : m_table->get(key);
}

void TomlTable::read(std::string_view key, std::string& into) {
    if (const toml::node* node = take(key)) {
        if (const auto* text = node->as_string()) {
            into = text->get();
        } else {
            problem(key, "must be a text in quotes");
        }
    }
}

void TomlTable::read(std::string_view key, std::string& into, std::initializer_list<std::string_view> choices) {
    std::string value = into;
    read(key, value);
    if (std::find(choices.begin(), choices.end(), value) != choices.end()) {
        into = std::move(value);
        return;
    }
    std::string all;
    for (const std::string_view choice : choices) {
        all += (all.empty() ? "\"" : ", \"") + std::string(choice) + "\"";
    }
    problem(key, "must be one of " + all);
}

void TomlTable::read(std::string_view key, bool& into) {
    if (const toml::node* node = take(key)) {
        if (const auto* boolean = node->as_boolean()) {
            into = boolean->get();
        } else {
            problem(key, "must be true or false");
        }
    }
}

void TomlTable::read(std::string_view key, double& into, double least, double most) {
    if (const toml::node* node = take(key)) {
        const std::optional<double> number = node->is_number() ? node->value<double>() : std::nullopt;
        if (number && *number >= least && *number <= most) {
            into = *number;
        } else {
            problem(key, "must be a number from " + std::to_string(least) + " to " + std::to_string(most));
        }
    }
}

void TomlTable::read(std::string_view key, std::int64_t& into, std::int64_t least, std::int64_t most) {
    if (const toml::node* node = take(key)) {
        const auto* number = node->as_integer();
        if (number != nullptr && number->get() >= least && number->get() <= most) {
            into = number->get();
        } else {
            problem(key, "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
        }
    }
}

void TomlTable::read(std::string_view key, std::vector<std::string>& into) {
    const toml::array* array = takeArray(key);
    if (array == nullptr) {
        return;
    }
    into.clear();
    for (const toml::node& node : *array) {
        if (const auto* text = node.as_string()) {
            into.push_back(text->get());
        } else {
            problem(key, "must hold texts in quotes only");
        }
    }
}

void TomlTable::read(std::string_view key, std::filesystem::path& into) {
    std::string text;
    read(key, text);
    if (!text.empty()) {
        into = (m_file.folder() / text).lexically_normal();
    }
}

const toml::array* TomlTable::takeArray(std::string_view key) {
    const toml::node* node = take(key);
    if (node != nullptr && !node->is_array()) {
        problem(key, "must be a list");
        return nullptr;
    }
    return node == nullptr ? nullptr : node->as_array();
}

TomlTable TomlTable::takeTable(std::string_view key) {
    const toml::node* node = take(key);
    if (node != nullptr && !node->is_table()) {
        problem(key, "must be a table");
        node = nullptr;
    }
    return {node == nullptr ? nullptr : node->as_table(), m_prefix + std::string(key) + ".", m_file};
}

void TomlTable::problem(std::string_view key, const std::string& what) {
    const std::string name = m_prefix + std::string(key);
    if (m_table == nullptr) {
        return m_file.add(name, what);
    }
    const toml::node* node = m_table->get(key);
    m_file.add(node != nullptr ? node->source() : m_table->source(), name, what);
}

void TomlTable::done() {
    if (m_table == nullptr) {
        return;
    }
    for (const auto& [key, node] : *m_table) {
        if (m_known.find(key.str()) == m_known.end()) {
            m_file.add(key.source(), m_prefix + printable(key.str(), 80), "is not a known key");
        }
    }
}

} // namespace gnomon::config
