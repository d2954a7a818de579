// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/files.h"
#include "tests/support/fake_runner.h"

#include <map>
#include <optional>

namespace gnomon::test {

// Makes fake runners. Each version has one behaviour in this process and one in a worker. Thread-safe.
class FakeRunnerFactory final : public port::RunnerFactory {
public:
    Result<std::shared_ptr<port::ModelRunner>> create(const EndpointName& /*endpoint*/, VersionNumber version,
                                                      const std::filesystem::path& model, port::Place place) override {
        const MutexLock lock(m_mutex);
        m_created.emplace_back(version, place);
        if (const auto refused = m_refused.find(version); refused != m_refused.end()) {
            return refused->second;
        }
        const auto file = readFile(model); // as an engine does, for each load
        const auto runner =
            std::make_shared<FakeRunner>(at(version, place), file.ok() ? sha256(asBytes(*file)) : Digest{});
        if (!m_inputs.empty()) {
            runner->inputs(m_inputs);
        }
        return std::shared_ptr<port::ModelRunner>(runner);
    }

    FakeBehaviour& inProcess(std::uint32_t version) {
        const MutexLock lock(m_mutex);
        return *at(VersionNumber(version), port::Place::InProcess);
    }
    FakeBehaviour& worker(std::uint32_t version) {
        const MutexLock lock(m_mutex);
        return *at(VersionNumber(version), port::Place::Worker);
    }
    // From now on the version cannot be loaded; without an error it can be again.
    void refuse(std::uint32_t version, std::optional<Error> error) {
        const MutexLock lock(m_mutex);
        m_refused.erase(VersionNumber(version));
        if (error) {
            m_refused.emplace(VersionNumber(version), *std::move(error));
        }
    }
    // What every model that is loaded from now on asks for.
    void inputs(std::vector<TensorSpec> inputs) {
        const MutexLock lock(m_mutex);
        m_inputs = std::move(inputs);
    }
    std::vector<std::pair<VersionNumber, port::Place>> created() const {
        const MutexLock lock(m_mutex);
        return m_created;
    }

private:
    std::shared_ptr<FakeBehaviour> at(VersionNumber version, port::Place place) REQUIRES(m_mutex) {
        auto& behaviour = m_behaviours[{version, place == port::Place::Worker}];
        if (!behaviour) {
            behaviour = std::make_shared<FakeBehaviour>();
            behaviour->score(0.1F * static_cast<float>(version.value));
        }
        return behaviour;
    }

    mutable Mutex m_mutex;
    std::map<std::pair<VersionNumber, bool>, std::shared_ptr<FakeBehaviour>> m_behaviours GUARDED_BY(m_mutex);
    std::vector<TensorSpec> m_inputs GUARDED_BY(m_mutex);
    std::map<VersionNumber, Error> m_refused GUARDED_BY(m_mutex);
    std::vector<std::pair<VersionNumber, port::Place>> m_created GUARDED_BY(m_mutex);
};

} // namespace gnomon::test
