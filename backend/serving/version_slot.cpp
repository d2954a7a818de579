// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/version_slot.h"
#include "backend/base/log.h"
#include "backend/serving/run_and_wait.h"

#include <utility>

namespace gnomon::serving {

VersionSlot::VersionSlot(StoredVersion stored, std::uint32_t abandonedUntilSkipped, SlotParts parts)
    : m_stored(std::move(stored)), m_parts(std::move(parts)),
      m_health(std::make_shared<VersionHealth>(m_parts.breaker, abandonedUntilSkipped)), m_version(m_stored.version) {
    recall();
}

std::string VersionSlot::key() const {
    return "proven/" + m_stored.version.endpoint.value + "/" + std::to_string(number().value);
}

// What earlier starts knew of the version: "<digest of the model> <digest of the trial>".
void VersionSlot::recall() {
    const MutexLock loading(m_loading);
    const Result<std::string> known = m_parts.state.value(key());
    if (!known.ok() || m_stored.version.state == VersionState::Refused) {
        return;
    }
    const std::string model = toHex(m_stored.version.digest);
    m_proven = *known == model + " " + toHex(m_stored.trial);
    if (known->substr(0, model.size()) != model) {
        refuse({ErrorCode::FailedPrecondition,
                "the model file has changed since this version proved itself; a version never changes"});
    }
}

Version VersionSlot::describe() const {
    const MutexLock lock(m_mutex);
    Version version = m_version;
    if (version.state == VersionState::Ready && m_health->skipped()) {
        version.state = VersionState::Skipped;
        version.health = "skipped after too many abandoned runs, until a person acts";
    }
    return version;
}

std::shared_ptr<port::ModelRunner> VersionSlot::runner(port::Place place) const {
    const MutexLock lock(m_mutex);
    return place == port::Place::Worker ? m_worker : m_inProcess;
}

Status VersionSlot::warm(port::Place place) {
    const MutexLock loading(m_loading);
    if (runner(place)) {
        return {};
    }
    GNOMON_TRY(prove());
    if (runner(place)) { // the trial left it
        return {};
    }
    GNOMON_ASSIGN(Runner loaded, load(place));
    const MutexLock lock(m_mutex);
    (place == port::Place::Worker ? m_worker : m_inProcess) = std::move(loaded);
    return {};
}

void VersionSlot::tryOut() {
    const MutexLock loading(m_loading);
    if (describe().state != VersionState::Found) {
        return;
    }
    if (m_proven) {
        // Proven in an earlier life: only its schema is not known yet.
        (void)load(port::Place::Worker);
        return;
    }
    (void)prove(); // what it found out is in the version's state
    const MutexLock lock(m_mutex);
    m_worker.reset();
}

// The trial. Its worker stays, for whoever wants a worker next.
Status VersionSlot::prove() {
    const Version version = describe();
    if (version.state == VersionState::Refused) {
        return Error{ErrorCode::FailedPrecondition, "v" + std::to_string(number().value) + " of endpoint '" +
                                                        version.endpoint.value + "' cannot serve: " + version.health};
    }
    if (m_proven) {
        return {};
    }
    GNOMON_ASSIGN(Runner worker, load(port::Place::Worker));
    if (Status status = checkGolden(*worker); !status.ok()) {
        return refuse(status.error());
    }
    const std::string proof = toHex(version.digest) + " " + toHex(m_stored.trial);
    if (Status status = m_parts.state.setValue(key(), proof); !status.ok()) {
        logEvent(LogLevel::Warning, "proof_not_remembered", {{"key", key()}, {"error", status.error().message}});
    }
    m_proven = true;
    const MutexLock lock(m_mutex);
    m_worker = std::move(worker);
    return {};
}

Result<VersionSlot::Runner> VersionSlot::load(port::Place place) {
    {
        const MutexLock lock(m_mutex);
        if (m_version.state == VersionState::Found) {
            m_version.state = VersionState::Loading;
        }
    }
    Result<Runner> made = m_parts.factory.create(m_stored.version.endpoint, number(), m_stored.model, place);
    if (!made.ok() && made.error().code != ErrorCode::Unavailable) {
        return refuse(made.error());
    }
    if (made.ok()) {
        made = checkDigest(*std::move(made));
    }
    const MutexLock lock(m_mutex);
    if (!made.ok()) { // nothing that lies with the version: it may be tried again
        m_version.state = m_version.state == VersionState::Loading ? VersionState::Found : m_version.state;
        m_version.health = made.error().message;
        return made;
    }
    const port::ModelSchema& schema = (*made)->schema();
    m_version.inputs = schema.inputs;
    m_version.outputs = schema.outputs;
    m_version.classNames = schema.classNames;
    m_version.state = VersionState::Ready;
    m_version.health.clear();
    return Reaper::guard(m_parts.reaper, *std::move(made));
}

// The file is read again for each load, and what answers must be what plans, legs and records name. Nothing that lies
// with the version: it serves again once its own file is back.
Result<VersionSlot::Runner> VersionSlot::checkDigest(Runner runner) const {
    const Digest& loaded = runner->schema().digest;
    if (loaded.isZero() || loaded == m_stored.version.digest) {
        return runner;
    }
    return Error{ErrorCode::FailedPrecondition,
                 "v" + std::to_string(number().value) + " of endpoint '" + m_stored.version.endpoint.value +
                     "' was not loaded: the model file has changed since the node started; its SHA-256 is " +
                     toHex(loaded) + " in place of " + toHex(m_stored.version.digest),
                 "put the original file back; a changed model is a new version"};
}

Status VersionSlot::checkGolden(port::ModelRunner& runner) const {
    for (const GoldenCase& golden : m_stored.golden) {
        const Result<port::RunResult> result = runAndWait(runner, makeTensorSet(golden.inputs), m_parts.goldenTimeout);
        if (!result.ok()) {
            return Error{ErrorCode::FailedPrecondition,
                         "golden case '" + golden.name + "' failed: " + result.error().message};
        }
        GNOMON_TRY(checkGoldenCase(golden, result->outputs));
    }
    return {};
}

Error VersionSlot::refuse(const Error& error) {
    const MutexLock lock(m_mutex);
    m_version.state = VersionState::Refused;
    m_version.health = printable(error.message, 1000);
    logEvent(LogLevel::Warning, "version_refused",
             {{"endpoint", m_version.endpoint.value},
              {"version", std::to_string(number().value)},
              {"reason", m_version.health}});
    return {ErrorCode::FailedPrecondition,
            "v" + std::to_string(number().value) + " of endpoint '" + m_version.endpoint.value +
                "' cannot serve: " + m_version.health,
            error.remedy};
}

void VersionSlot::keepOnly(bool inProcess, bool worker) {
    Runner endsHere; // after the lock
    Runner andHere;
    const MutexLock lock(m_mutex);
    if (!inProcess) {
        endsHere.swap(m_inProcess);
    }
    if (!worker) {
        andHere.swap(m_worker);
    }
}

} // namespace gnomon::serving
