// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/fake_console_store.h"
#include "tests/support/fake_gateway.h"
#include "tests/support/manual_clock.h"
#include "ui/bridge/fleet.h"
#include "ui/bridge/node_session.h"
#include "ui/views/shell/screen.h"

#include <map>
#include <memory>

namespace gnomon::test {

// Everything that a console needs, in memory: a store, a clock that the test moves, and fake nodes that are reached
// through stored profiles. Add the nodes, then start().
class FakeConsole {
public:
    FakeConsole()
        : fleet(
              store,
              [this](const port::ConnectionProfile& profile) -> std::unique_ptr<port::NodeGateway> {
                  return std::make_unique<FakeGateway>(nodes.at(profile.id));
              },
              clock),
          context{fleet, selection, store, time} {}

    // A live node behind a profile that connects at start. Returns the profile's id.
    std::string add(const std::string& name, port::EnvironmentClass environment = port::EnvironmentClass::Production,
                    bool live = true) {
        port::ConnectionProfile profile;
        profile.id = fakeId(name + " profile");
        profile.name = name;
        profile.address = "127.0.0.1:7443";
        profile.environment = environment;
        profile.caFile = profile.certificateFile = profile.keyFile = "/dev/null";
        profile.connectAtStart = true;
        store.stored.push_back(profile);
        nodes[profile.id] = std::make_shared<FakeNode>(clock.wallNow(), name);
        if (live) {
            nodes[profile.id]->goLive();
        }
        return profile.id;
    }
    bool start() { return fleet.load().ok(); }
    FakeNode& node(const std::string& profile) { return *nodes.at(profile); }
    // Time passes without any word from the nodes, and the console notices.
    template <class Duration>
    void silence(Duration by) {
        clock.advance(by);
        for (ui::NodeSession* session : fleet.sessions()) {
            session->tick();
        }
        Q_EMIT fleet.ticked();
    }

    ManualClock clock;
    FakeConsoleStore store;
    std::map<std::string, std::shared_ptr<FakeNode>> nodes;
    ui::Fleet fleet;
    ui::Selection selection;
    ui::TimeDisplay time;
    ui::ConsoleContext context;
};

} // namespace gnomon::test
