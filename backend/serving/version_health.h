// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/mutex.h"
#include "backend/serving/policy/abandon_rule.h"
#include "backend/serving/policy/breaker.h"

#include <chrono>
#include <string>

namespace gnomon::serving {

// How one version does where callers depend on it. It survives changes of deployment. Thread-safe.
class VersionHealth {
public:
    VersionHealth(BreakerRule rule, std::uint32_t abandonedUntilSkipped)
        : m_breaker(rule), m_abandoned(abandonedUntilSkipped) {}

    // Empty: the version may be asked now, and exactly one of succeeded(), failed(), overran() and withdrawn() follows.
    // Otherwise why it may not.
    std::string refuses(MonoTime now);
    void succeeded(MonoTime now, std::chrono::nanoseconds took);
    void failed(MonoTime now);
    // The run failed for a reason that lies with its inputs or with the caller.
    void withdrawn();
    // The run was abandoned after `given`; hurried: the caller's own deadline made that shorter. True when the version
    // is skipped from now on.
    bool overran(MonoTime now, std::chrono::nanoseconds given, bool hurried);
    // An abandoned run is still not back. True when the version is skipped from now on.
    bool stuck();
    void cameBack(); // after stuck()

    bool skipped() const;
    void clearSkip(); // a person acted

private:
    mutable Mutex m_mutex;
    Breaker m_breaker GUARDED_BY(m_mutex);
    AbandonRule m_abandoned GUARDED_BY(m_mutex);
    std::chrono::nanoseconds m_typical GUARDED_BY(m_mutex){0}; // moving mean of runs that succeeded
};

} // namespace gnomon::serving
