// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/domain/exchange.h"

#include <memory>

namespace gnomon::port {

// Receives each exchange once, complete: after its shadows answered, failed, were late, dropped or lost.
// Called on the observer thread only, never on the request path.
class ObservationSink {
public:
    virtual ~ObservationSink() = default;
    virtual void observe(const Observation& observation) = 0;
};

} // namespace gnomon::port
