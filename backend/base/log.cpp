// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/base/log.h"
#include "backend/base/log_format.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>

namespace gnomon {

namespace {

spdlog::logger& logger() {
    static const std::shared_ptr<spdlog::logger> instance = [] {
        auto made = std::make_shared<spdlog::logger>("gnomon", std::make_shared<spdlog::sinks::stderr_sink_mt>());
        made->set_pattern("%v");
        made->flush_on(spdlog::level::debug);
        made->set_level(spdlog::level::debug);
        return made;
    }();
    return *instance;
}

std::atomic<LogLevel> g_level{LogLevel::Info};
std::atomic<LogFormat> g_format{LogFormat::Text};

} // namespace

void logEvent(LogLevel level, std::string_view event, std::initializer_list<LogField> fields, const char* file) {
    if (!logs(level)) {
        return;
    }
    const std::span<const LogField> all(fields.begin(), fields.size());
    const WallTime now = SystemClock().wallNow();
    std::string line;
    if (g_format == LogFormat::Json) {
        line = jsonLine(now, level, componentOf(file), event, all);
    } else {
        line = toRfc3339(now).append(" ").append(logLevelName(level)).append(" ").append(textLine(event, all));
    }
    logger().log(spdlog::level::err, "{}", line);
}

bool logs(LogLevel level) {
    return level >= g_level.load(std::memory_order_relaxed);
}

void setLogLevel(LogLevel level) {
    g_level = level;
}

LogLevel logLevel() {
    return g_level;
}

void setLogFormat(LogFormat format) {
    g_format = format;
}

LogFormat logFormat() {
    return g_format;
}

} // namespace gnomon
