// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/bytes.h"
#include "backend/base/result.h"
#include "backend/base/strong.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace gnomon {

using NodeId = Strong<struct NodeIdTag, std::string>;                 // 32 hex digits, for the life of the state folder
using BootId = Strong<struct BootIdTag, std::string>;                 // 32 hex digits, new at each start
using EndpointName = Strong<struct EndpointNameTag, std::string>;     // see parseEndpointName
using VersionNumber = Strong<struct VersionNumberTag, std::uint32_t>; // > 0
using GenerationNumber = Strong<struct GenerationNumberTag, std::uint64_t>; // 1, 2, 3, ... per endpoint
using Seq = Strong<struct SeqTag, std::uint64_t>;                           // position in the audit log, from 0
using ExchangeId = Strong<struct ExchangeIdTag, std::string>;               // 32 hex digits, made by the node
using ExperimentId = Strong<struct ExperimentIdTag, std::string>;           // 32 hex digits
using RequestId = Strong<struct RequestIdTag, std::string>;                 // idempotency key chosen by the client
using PlanDigest = Strong<struct PlanDigestTag, Digest>;                    // SHA-256 over the canonical plan

// A letter or digit, then at most 127 letters, digits, dots, dashes or underscores: safe as a folder name, in a log
// line and on a screen. InvalidArgument otherwise.
Result<EndpointName> parseEndpointName(std::string_view text);

// Decimal, > 0, no sign, no leading zero. InvalidArgument otherwise.
Result<VersionNumber> parseVersionNumber(std::string_view text);

} // namespace gnomon
