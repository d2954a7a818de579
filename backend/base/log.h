// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace gnomon {

enum class LogLevel { Debug, Info, Warning, Error };
enum class LogFormat { Text, Json };

// One key=value pair of a log line. The keys endpoint, version, request_id, trace_id and code mean the same everywhere.
struct LogField {
    std::string_view key;
    std::string value;
};

// Writes one line to standard error: "time level event key=value ..." or a JSON object (log_format.h). Values are made
// printable, so that nothing a peer sends can forge a line. Thread-safe. Never pass a secret.
void logEvent(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {},
              const char* file = __builtin_FILE()); // clang 14 has no std::source_location

// Whether lines of this level are written: ask before collecting fields on the request path.
bool logs(LogLevel level);

// Lines below this level are dropped; Info at start. Thread-safe.
void setLogLevel(LogLevel level);
LogLevel logLevel();

// Text at start. Thread-safe.
void setLogFormat(LogFormat format);
LogFormat logFormat();

} // namespace gnomon
