// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/fake_console_store.h"
#include "tests/support/fake_gateway.h"
#include "tests/support/manual_clock.h"
#include "ui/bridge/fleet.h"
#include "ui/bridge/node_session.h"

namespace gnomon::test {

// A console's side of one fake node that is connected and live, as far as models need it.
struct ConsoleSession {
    ConsoleSession() {
        port::ConnectionProfile profile;
        profile.id = fakeId("profile of node-a");
        profile.name = "node-a";
        profile.address = "127.0.0.1:7443";
        profile.connectAtStart = true;
        store.stored.push_back(profile);
        node->goLive();
        loaded = fleet.load();
    }

    ui::NodeSession& session() { return *fleet.session(store.stored.front().id); }

    ManualClock clock;
    FakeConsoleStore store;
    std::shared_ptr<FakeNode> node = std::make_shared<FakeNode>(clock.wallNow());
    ui::Fleet fleet{store, [this](const port::ConnectionProfile&) { return std::make_unique<FakeGateway>(node); },
                    clock};
    Status loaded;
};

} // namespace gnomon::test
