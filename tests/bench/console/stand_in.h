// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/result.h"
#include "backend/base/clock.h"
#include "tests/support/test_pki.h"

#include <memory>
#include <string>

namespace gnomon::bench {

// What a console hears of one node, as a node says it: the node's own listener, TLS, hub and messages over endpoints
// that nobody serves. Their figures are other ones each second.
class StandInNode {
public:
    static std::unique_ptr<StandInNode> open(unsigned number, unsigned endpoints, test::TestPki& pki);
    ~StandInNode();

    const std::string& name() const;
    std::string address() const;

private:
    struct State;
    explicit StandInNode(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

} // namespace gnomon::bench
