// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "backend/domain/comparison.h"
#include "backend/domain/deployment.h"

#include <optional>

namespace gnomon::ui {

// One shadow at a time is compared with production; what the others do is seen by nobody.
struct Uncompared {
    QString sentence; // "v3 also runs as a shadow; it is not compared until v2 is stopped."; may be empty
    std::optional<VersionNumber>
        stop; // the shadow to stop for the next one to be compared; absent when none is in its way
};
Uncompared uncomparedOf(const Comparison& comparison, const Deployment& deployment);

// Why an endpoint of which nothing was compared yet has no comparison.
QString nothingComparedText(const EndpointName& endpoint, const Deployment& deployment);

} // namespace gnomon::ui
