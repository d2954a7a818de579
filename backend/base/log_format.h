// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/clock.h"
#include "backend/base/log.h"

#include <span>
#include <string>
#include <string_view>

// How a log line is written; pure. Values are made printable in both, so that nothing a peer sends can forge a line.
namespace gnomon {

std::string_view logLevelName(LogLevel level); // "debug", "info", "warning", "error"

// "backend/audit/log_writer.cpp" -> "audit", "app/gnomond/main.cpp" -> "gnomond"; whatever stands before is skipped.
std::string_view componentOf(std::string_view sourceFile);

// "event key=value key=\"two words\"".
std::string textLine(std::string_view event, std::span<const LogField> fields);

// One JSON object: time, level, component, message (the event), then as far as the event has them endpoint, version,
// request_id, trace_id and code, and what else it says in "fields".
std::string jsonLine(WallTime time, LogLevel level, std::string_view component, std::string_view event,
                     std::span<const LogField> fields);

} // namespace gnomon
