// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/result.h"
#include "backend/node/config.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace gnomon::app {

// The serving node put together from its parts, and nothing else: every rule lives in backend/.
class Runtime {
public:
    // Opens or makes the state, recovers what a crash left, and serves. program: path of gnomond, for its workers.
    // wake: called from any thread, and must not block, when mustStop() has become true.
    static Result<std::unique_ptr<Runtime>> start(const node::NodeConfig& config, const std::string& program,
                                                  std::function<void()> wake);
    ~Runtime();

    // Neither the audit trail nor its reserve could be written, and the configuration says to stop then.
    bool mustStop() const;
    std::vector<std::string> inferenceAddresses() const;
    std::vector<std::string> controlAddresses() const;
    std::string metricsAddress() const; // empty: there are none
    // Health first, then no new calls, then those under way, then what must be written. Call once, then destroy.
    void drain();

private:
    struct Parts;
    explicit Runtime(std::unique_ptr<Parts> parts);

    std::unique_ptr<Parts> m_parts;
};

} // namespace gnomon::app
