// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/mutex.h"
#include "backend/serving/policy/abandon_rule.h"
#include "backend/serving/policy/breaker.h"
#include "backend/serving/version_meter.h"

#include <chrono>

namespace gnomon::serving {

// What a call that would ask a version has to do.
struct Permit {
    enum class Kind {
        Ask,   // ask it
        Probe, // it is under suspicion, and this is its probe: let somebody else answer meanwhile, if there is anybody
        Leave, // do not ask it
    };
    Kind kind = Kind::Ask;
    const char* why = "";                // unless Ask
    std::chrono::nanoseconds typical{0}; // what it takes of late, its queue included; 0: nobody knows
    std::chrono::nanoseconds compute{0}; // the same inside the engine
};

// A run as far as it matters when it overruns.
struct Attempt {
    std::chrono::nanoseconds given{0};
    bool probe = false;
    bool hurried = false;     // the caller's own deadline made `given` shorter
    bool replaceable = false; // somebody else answers when this does not
};

// How one version does where callers depend on it. It survives changes of deployment. Thread-safe.
class VersionHealth {
public:
    VersionHealth(BreakerRule rule, std::uint32_t abandonedUntilSkipped)
        : m_breaker(rule), m_abandoned(abandonedUntilSkipped) {}

    // After Ask and Probe exactly one of succeeded(), failed(), overran() and withdrawn() follows.
    Permit ask(MonoTime now);
    void succeeded(MonoTime now, std::chrono::nanoseconds took, std::chrono::nanoseconds compute);
    void failed(MonoTime now, bool probe);
    // The run failed for a reason that lies with its inputs or with the caller.
    void withdrawn(bool probe);
    // The run was abandoned. True when the version is skipped from now on.
    bool overran(MonoTime now, const Attempt& attempt);
    // An abandoned run is still not back. True when the version is skipped from now on.
    bool stuck();
    void cameBack(); // after stuck()

    bool skipped() const;
    Breaker::State breaker() const;
    void clearSkip(); // a person acted

    VersionMeter& meter() { return m_meter; }
    const VersionMeter& meter() const { return m_meter; }

private:
    VersionMeter m_meter;
    mutable Mutex m_mutex;
    Breaker m_breaker GUARDED_BY(m_mutex);
    AbandonRule m_abandoned GUARDED_BY(m_mutex);
    std::chrono::nanoseconds m_typical GUARDED_BY(m_mutex){0}; // moving mean of runs that succeeded
    std::chrono::nanoseconds m_compute GUARDED_BY(m_mutex){0}; // the same of the time inside the engine
    MonoTime m_lastSuccess GUARDED_BY(m_mutex);
};

} // namespace gnomon::serving
