// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/clock.h"

#include <chrono>

namespace gnomon::serving {

// How much of the node somebody had of late: seconds of work, each counting half as much after every second that
// passes. A value: pure, without a clock or a lock of its own.
class Usage {
public:
    void add(MonoTime now, std::chrono::nanoseconds work);
    double at(MonoTime now) const;

private:
    double m_seconds = 0;
    MonoTime m_when;
};

// Whether somebody has had more than an equal share among so many. A little more is none, or equals would take turns
// being turned away.
bool overShare(double own, double all, std::size_t callers);

} // namespace gnomon::serving
