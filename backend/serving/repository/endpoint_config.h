// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/result.h"
#include "backend/domain/deployment.h"
#include "backend/domain/version.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gnomon::serving {

// endpoint.toml, read and checked.
struct EndpointConfig {
    EndpointSettings settings;
    std::optional<VersionNumber> production; // absent: the highest version
    std::vector<ShadowSpec> shadows;
    std::vector<FallbackStep> chain; // ends in Constant or Refuse
};

// Unknown keys, wrong types and values out of range are refused with file, line and column (InvalidArgument). file is
// used in messages. An empty text is a good configuration: everything has a default.
Result<EndpointConfig> parseEndpointConfig(std::string_view toml, const std::string& file, const EndpointName& name);

} // namespace gnomon::serving
