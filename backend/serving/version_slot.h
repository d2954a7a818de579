// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/mutex.h"
#include "backend/port/model_runner.h"
#include "backend/port/state_store.h"
#include "backend/serving/reaper.h"
#include "backend/serving/repository/model_repository.h"
#include "backend/serving/version_health.h"

#include <memory>

namespace gnomon::serving {

// What slots load with; all of it must outlive them.
struct SlotParts {
    port::RunnerFactory& factory;
    port::StateStore& state;
    std::shared_ptr<Reaper> reaper;
    std::chrono::milliseconds goldenTimeout;
    BreakerRule breaker;
};

// One version of one endpoint and its runners. Thread-safe; loading is done by one thread at a time and holds up
// nobody who only looks.
//
// A version is loaded in this process only after its trial: loaded and its golden cases answered rightly in a worker.
// That a version proved itself is remembered for the next start, by digest; a model file that changed since is refused,
// for versions are immutable.
class VersionSlot {
public:
    VersionSlot(StoredVersion stored, std::uint32_t abandonedUntilSkipped, SlotParts parts);

    VersionNumber number() const { return m_stored.version.number; }
    const std::vector<GoldenCase>& golden() const { return m_stored.golden; }
    const std::shared_ptr<VersionHealth>& health() const { return m_health; }
    Version describe() const;

    // Tries the version where that was not done yet, and loads it there. FailedPrecondition says why it cannot serve.
    Status warm(port::Place place);
    // The trial alone, where it was not done yet.
    void tryOut();
    // Absent when it is not warm there.
    std::shared_ptr<port::ModelRunner> runner(port::Place place) const;
    // Lets go of the runners that are not named.
    void keepOnly(bool inProcess, bool worker);

private:
    using Runner = std::shared_ptr<port::ModelRunner>;

    Status prove() REQUIRES(m_loading);
    Result<Runner> load(port::Place place) REQUIRES(m_loading);
    Result<Runner> checkDigest(Runner runner) const;
    Status checkGolden(port::ModelRunner& runner) const;
    Error refuse(const Error& error);
    std::string key() const;
    void recall();

    const StoredVersion m_stored;
    const SlotParts m_parts;
    const std::shared_ptr<VersionHealth> m_health;

    Mutex m_loading; // held while a model loads or is on trial
    bool m_proven GUARDED_BY(m_loading) = false;

    mutable Mutex m_mutex;
    Version m_version GUARDED_BY(m_mutex);
    Runner m_inProcess GUARDED_BY(m_mutex);
    Runner m_worker GUARDED_BY(m_mutex);
};

} // namespace gnomon::serving
