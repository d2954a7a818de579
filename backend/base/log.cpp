// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/base/log.h"
#include "backend/base/bytes.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace gnomon {

namespace {

spdlog::logger& logger() {
    static const std::shared_ptr<spdlog::logger> instance = [] {
        auto made = std::make_shared<spdlog::logger>("gnomon", std::make_shared<spdlog::sinks::stderr_sink_mt>());
        made->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
        made->flush_on(spdlog::level::debug);
        return made;
    }();
    return *instance;
}

spdlog::level::level_enum toSpdlog(LogLevel level) {
    switch (level) {
    case LogLevel::Debug:
        return spdlog::level::debug;
    case LogLevel::Info:
        return spdlog::level::info;
    case LogLevel::Warning:
        return spdlog::level::warn;
    case LogLevel::Error:
        return spdlog::level::err;
    }
    return spdlog::level::err;
}

} // namespace

void logEvent(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
    if (!logger().should_log(toSpdlog(level))) {
        return;
    }
    std::string line(event);
    for (const LogField& field : fields) {
        line.append(" ").append(field.key).append("=");
        const std::string value = printable(field.value, 1024);
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
    logger().log(toSpdlog(level), "{}", line);
}

void setLogLevel(LogLevel level) {
    logger().set_level(toSpdlog(level));
}

} // namespace gnomon
