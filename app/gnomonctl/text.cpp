// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gnomonctl/text.h"

#include <algorithm>
#include <cctype>
#include <cstdio>

namespace gnomon::ctl {

std::string table(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::vector<std::string>> lines = {header};
    for (const std::vector<std::string>& row : rows) {
        std::vector<std::string> safe;
        safe.reserve(row.size());
        for (const std::string& cell : row) {
            safe.push_back(printable(cell));
        }
        lines.push_back(std::move(safe));
    }
    std::vector<std::size_t> widths(header.size(), 0);
    for (const auto& line : lines) {
        for (std::size_t i = 0; i < widths.size(); ++i) {
            widths[i] = std::max(widths[i], line[i].size());
        }
    }
    std::string text;
    for (const auto& line : lines) {
        std::string out;
        for (std::size_t i = 0; i < widths.size(); ++i) {
            out += line[i] + std::string(widths[i] - line[i].size() + 2, ' ');
        }
        out.erase(out.find_last_not_of(' ') + 1);
        text += out + "\n";
    }
    return text;
}

std::string decimal(double value, int digits) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
}

std::string percent(double share, int digits) {
    return decimal(share * 100, digits) + " %";
}

std::string milliseconds(double seconds) {
    return decimal(seconds * 1000, 2) + " ms";
}

std::string shellWord(const std::string& text) {
    const bool plain = std::all_of(text.begin(), text.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 ||
               std::string_view("-_./:,@%+=").find(static_cast<char>(c)) != std::string_view::npos;
    });
    if (plain && !text.empty()) {
        return text;
    }
    std::string quoted = "'";
    for (const char c : text) {
        quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    }
    return quoted + "'";
}

} // namespace gnomon::ctl
