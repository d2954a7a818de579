// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/base/log_format.h"
#include "backend/base/bytes.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace gnomon {

namespace {

constexpr std::size_t kLongestValue = 1024;
constexpr std::array<std::string_view, 5> kFixedKeys{"endpoint", "version", "request_id", "trace_id", "code"};

} // namespace

std::string_view logLevelName(LogLevel level) {
    switch (level) {
    case LogLevel::Debug:
        return "debug";
    case LogLevel::Info:
        return "info";
    case LogLevel::Warning:
        return "warning";
    case LogLevel::Error:
        return "error";
    }
    return "error";
}

std::string_view componentOf(std::string_view sourceFile) {
    for (const std::string_view part : {"backend/", "app/"}) {
        const std::size_t at = sourceFile.rfind(part);
        if (at != std::string_view::npos && (at == 0 || sourceFile[at - 1] == '/')) {
            const std::string_view rest = sourceFile.substr(at + part.size());
            return rest.substr(0, rest.find('/'));
        }
    }
    return "gnomon";
}

std::string textLine(std::string_view event, std::span<const LogField> fields) {
    std::string line(event);
    for (const LogField& field : fields) {
        line.append(" ").append(field.key).append("=");
        const std::string value = printable(field.value, kLongestValue);
        const bool quoted = value.empty() || value.find_first_of(" \"=") != std::string::npos;
        if (!quoted) {
            line += value;
            continue;
        }
        line += '"';
        for (const char c : value) {
            if (c == '"' || c == '\\') {
                line += '\\';
            }
            line += c;
        }
        line += '"';
    }
    return line;
}

std::string jsonLine(WallTime time, LogLevel level, std::string_view component, std::string_view event,
                     std::span<const LogField> fields) {
    nlohmann::ordered_json line = {
        {"time", toRfc3339(time)}, {"level", logLevelName(level)}, {"component", component}, {"message", event}};
    for (const std::string_view key : kFixedKeys) {
        const auto field = std::find_if(fields.begin(), fields.end(), [&](const auto& one) { return one.key == key; });
        if (field != fields.end()) {
            line[std::string(key)] = printable(field->value, kLongestValue);
        }
    }
    nlohmann::ordered_json more = nlohmann::ordered_json::object();
    for (const LogField& field : fields) {
        if (std::find(kFixedKeys.begin(), kFixedKeys.end(), field.key) == kFixedKeys.end()) {
            more[std::string(field.key)] = printable(field.value, kLongestValue);
        }
    }
    if (!more.empty()) {
        line["fields"] = std::move(more);
    }
    return line.dump();
}

} // namespace gnomon
