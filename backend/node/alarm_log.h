// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <vector>

namespace gnomon::node {

// Tells the log when an alarm that consoles show begins and when it has gone, for those who have no console. Not
// thread-safe.
class AlarmLog {
public:
    // now: the alarms as they are. The same alarm in other numbers is the same alarm.
    void look(const std::vector<std::string>& now);

private:
    std::map<std::string, std::string> m_known; // words by what does not change of them
};

} // namespace gnomon::node
