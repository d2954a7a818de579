// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTest>

#include "tests/support/fake_console_store.h"
#include "tests/support/fake_gateway.h"
#include "tests/support/manual_clock.h"
#include "ui/bridge/fleet.h"
#include "ui/bridge/node_session.h"
#include "ui/views/shell/screen.h"

namespace gnomon::test {

// Everything that a screen needs, over one fake node that is connected and live.
struct ConsoleHarness {
    explicit ConsoleHarness(const std::string& endpoint = "spam-filter") {
        port::ConnectionProfile profile;
        profile.id = fakeId("profile of node-a");
        profile.name = "node-a";
        profile.address = "127.0.0.1:7443";
        profile.connectAtStart = true;
        store.stored.push_back(profile);
        node->goLive();
        if (fleet.load().ok()) {
            selection.select(profile.id, EndpointName(endpoint));
        }
    }

    ui::NodeSession& session() { return *fleet.session(store.stored.front().id); }
    // True once the first snapshot is there.
    bool live() {
        return QTest::qWaitFor([this] { return session().freshness() == ui::Freshness::Live; });
    }

    ManualClock clock;
    FakeConsoleStore store;
    std::shared_ptr<FakeNode> node = std::make_shared<FakeNode>(clock.wallNow());
    ui::Fleet fleet{store, [this](const port::ConnectionProfile&) { return std::make_unique<FakeGateway>(node); }, clock};
    ui::Selection selection;
    ui::TimeDisplay time;
    ui::ConsoleContext context{fleet, selection, store, time};
};

} // namespace gnomon::test
