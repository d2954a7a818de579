// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/mutex.h"
#include "backend/port/state_store.h"

#include <algorithm>
#include <map>

namespace gnomon::test {

// Desired state in memory, with the rules of the real one; can be told to refuse writes. Thread-safe.
class MemoryStateStore final : public port::StateStore {
public:
    Result<std::vector<Generation>> current() override {
        const MutexLock lock(m_mutex);
        std::vector<Generation> newest;
        for (const auto& [endpoint, generations] : m_generations) {
            newest.push_back(generations.back());
        }
        return newest;
    }
    Result<std::vector<Generation>> generations(const EndpointName& endpoint) override {
        const MutexLock lock(m_mutex);
        std::vector<Generation> all = m_generations[endpoint];
        std::reverse(all.begin(), all.end());
        if (all.empty()) {
            m_generations.erase(endpoint);
        }
        return all;
    }
    Result<Generation> generation(const EndpointName& endpoint, GenerationNumber number) override {
        const MutexLock lock(m_mutex);
        const auto all = m_generations.find(endpoint);
        if (all == m_generations.end() || number.value == 0 || number.value > all->second.size()) {
            return Error{ErrorCode::NotFound, "there is no such generation"};
        }
        return all->second[number.value - 1];
    }
    Status append(const Generation& generation) override {
        const MutexLock lock(m_mutex);
        if (m_failing && !m_unseen) {
            return Error{ErrorCode::Unavailable, "the state cannot be written"};
        }
        auto& all = m_generations[generation.endpoint];
        if (generation.number.value != all.size() + 1) {
            return Error{ErrorCode::FailedPrecondition, "the generation is not the newest + 1"};
        }
        all.push_back(generation);
        return m_failing ? Status(Error{ErrorCode::Unavailable, "the disk was lost after it was written"}) : Status();
    }
    Result<std::optional<Generation>> madeBy(Seq intent) override {
        const MutexLock lock(m_mutex);
        if (m_unseen) {
            return Error{ErrorCode::Unavailable, "the state cannot be read"};
        }
        for (const auto& [endpoint, generations] : m_generations) {
            for (const Generation& generation : generations) {
                if (generation.intent == intent) {
                    return std::optional(generation);
                }
            }
        }
        return std::optional<Generation>();
    }
    Result<std::string> value(const std::string& key) override {
        const MutexLock lock(m_mutex);
        const auto found = m_values.find(key);
        if (found == m_values.end()) {
            return Error{ErrorCode::NotFound, "'" + key + "' is not set"};
        }
        return found->second;
    }
    Status setValue(const std::string& key, const std::string& value) override {
        const MutexLock lock(m_mutex);
        m_values[key] = value;
        return {};
    }
    void setFailing(bool failing) {
        const MutexLock lock(m_mutex);
        m_failing = failing;
        m_unseen = false;
    }
    // Writes, but says that it failed, and cannot be asked what it holds.
    void failUnseen() {
        const MutexLock lock(m_mutex);
        m_failing = true;
        m_unseen = true;
    }

private:
    Mutex m_mutex;
    std::map<EndpointName, std::vector<Generation>> m_generations GUARDED_BY(m_mutex);
    std::map<std::string, std::string> m_values GUARDED_BY(m_mutex);
    bool m_failing GUARDED_BY(m_mutex) = false;
    bool m_unseen GUARDED_BY(m_mutex) = false;
};

} // namespace gnomon::test
