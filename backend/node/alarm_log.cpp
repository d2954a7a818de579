// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/alarm_log.h"
#include "backend/base/log.h"

#include <utility>

namespace gnomon::node {

void AlarmLog::look(const std::vector<std::string>& now) {
    std::map<std::string, std::string> seen;
    for (const std::string& words : now) {
        seen.emplace(words.substr(0, words.find_first_of(":0123456789")), words);
    }
    for (const auto& [alarm, words] : seen) {
        if (!m_known.contains(alarm)) {
            logEvent(LogLevel::Warning, "node_alarm", {{"alarm", words}});
        }
    }
    for (const auto& [alarm, words] : m_known) {
        if (!seen.contains(alarm)) {
            logEvent(LogLevel::Info, "node_alarm_gone", {{"alarm", words}});
        }
    }
    m_known = std::move(seen);
}

} // namespace gnomon::node
