// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTest>

#include "tests/support/console_session.h"
#include "ui/views/shell/screen.h"

namespace gnomon::test {

// Everything that a screen needs, over one fake node that is connected and live.
struct ConsoleHarness : ConsoleSession {
    explicit ConsoleHarness(const std::string& endpoint = "spam-filter") {
        selection.select(store.stored.front().id, EndpointName(endpoint));
    }

    // True once the first snapshot is there.
    bool live() {
        return QTest::qWaitFor([this] { return session().freshness() == ui::Freshness::Live; });
    }

    ui::Selection selection;
    ui::TimeDisplay time;
    ui::ConsoleContext context{fleet, selection, store, time};
};

} // namespace gnomon::test
