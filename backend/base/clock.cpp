// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/base/clock.h"

#include <cstdio>
#include <ctime>

namespace gnomon {

WallTime SystemClock::wallNow() const {
    return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

MonoTime SystemClock::monoNow() const {
    return std::chrono::steady_clock::now();
}

std::string toRfc3339(WallTime time) {
    using namespace std::chrono;
    const auto millis = floor<milliseconds>(time.time_since_epoch());
    const auto secs = floor<seconds>(millis);
    const std::time_t t = secs.count();
    std::tm utc{};
    gmtime_r(&t, &utc);
    char text[48];
    std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", utc.tm_year + 1900, utc.tm_mon + 1,
                  utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, static_cast<int>((millis - secs).count()));
    return text;
}

} // namespace gnomon
