// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/mutex.h"
#include "backend/domain/exchange.h"
#include "backend/serving/steps/observer.h"

#include <memory>
#include <optional>

namespace gnomon::serving {

// An answered exchange that waits for its shadows, whose legs it has from the start. Whoever owes it a leg holds it;
// with the last leg it goes to the observer. Thread-safe.
class Gathering {
public:
    Gathering(Observation observation, std::shared_ptr<Observer> observer)
        : m_observer(std::move(observer)), m_observation(std::move(observation)) {}
    ~Gathering() { m_observer->push(std::move(m_observation)); }
    Gathering(const Gathering&) = delete;
    Gathering& operator=(const Gathering&) = delete;

    const TensorSet& inputs() const { return m_observation.inputs; }
    const std::shared_ptr<const TraceContext>& trace() const { return m_observation.trace; }
    // In the place of the shadow's leg: whoever comes first, the order is the deployment's.
    void add(Leg leg, std::optional<TensorSet> outputs) {
        const MutexLock lock(m_mutex);
        if (outputs) {
            m_observation.outputs.emplace_back(leg.version, *std::move(outputs));
        }
        for (Leg& owed : m_observation.exchange.legs) {
            if (owed.role == LegRole::Shadow && owed.version == leg.version) {
                owed = std::move(leg);
                return;
            }
        }
    }

private:
    const std::shared_ptr<Observer> m_observer; // a shadow may hold an exchange for longer than the pipeline lives
    Mutex m_mutex;
    Observation
        m_observation; // inputs and trace: constant after construction; the rest guarded by m_mutex until the end
};

} // namespace gnomon::serving
