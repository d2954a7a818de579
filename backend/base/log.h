// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace gnomon {

enum class LogLevel { Debug, Info, Warning, Error };

// One key=value pair of a log line.
struct LogField {
    std::string_view key;
    std::string value;
};

// Writes "time level event key=value ..." as one line to standard error. Values are made printable, so that nothing a
// peer sends can forge a line. Thread-safe. Never pass a secret.
void logEvent(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {});

// Lines below this level are dropped; Info at start. Thread-safe.
void setLogLevel(LogLevel level);

} // namespace gnomon
