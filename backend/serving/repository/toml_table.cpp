// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/repository/toml_table.h"
#include "backend/base/bytes.h"

#include <cmath>

namespace gnomon::serving {

const toml::node* TomlTable::take(std::string_view key) {
    m_known.emplace(key);
    return m_table.get(key);
}

void TomlTable::read(std::string_view key, std::string& into) {
    if (const toml::node* node = take(key)) {
        if (const auto* text = node->as_string()) {
            into = text->get();
        } else {
            problem(key, "must be a text");
        }
    }
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
            problem(key, "must hold texts only");
        }
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

std::optional<TomlTable> TomlTable::takeTable(std::string_view key) {
    const toml::node* node = take(key);
    if (node == nullptr) {
        return std::nullopt;
    }
    if (!node->is_table()) {
        problem(key, "must be a table");
        return std::nullopt;
    }
    return TomlTable(*node->as_table(), m_prefix + std::string(key) + ".", m_problems);
}

void TomlTable::problem(std::string_view key, const std::string& what) {
    const toml::node* node = m_table.get(key);
    m_problems.add(node != nullptr ? node->source() : m_table.source(), m_prefix + std::string(key), what);
}

void TomlTable::done() {
    for (const auto& [key, node] : m_table) {
        if (m_known.find(key.str()) == m_known.end()) {
            m_problems.add(key.source(), m_prefix + printable(key.str(), 80), "is not a known key");
        }
    }
}

} // namespace gnomon::serving
