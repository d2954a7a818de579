// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/random.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gnomon {

// One step of a trace as W3C Trace Context (level 1) carries it from service to service. A value; its ids are never all
// zeros.
struct TraceContext {
    std::array<std::uint8_t, 16> trace{};
    std::array<std::uint8_t, 8> span{}; // of whoever sends it
    bool sampled = false;
    std::string state; // tracestate: what other tracing systems add, as cleanTraceState() gives it

    // The header "traceparent", in version 00.
    std::string parent() const;
    std::string traceId() const; // 32 hex digits
    std::string spanId() const;  // 16 hex digits
    // The same trace, a step further.
    TraceContext child(Random& random) const;

    bool operator==(const TraceContext&) const = default;
};

// Empty for everything that is no traceparent: wrong lengths or separators, capitals, ids of zeros, version ff. Of
// versions above 00 the part that 00 knows is read.
std::optional<TraceContext> parseTraceParent(std::string_view text);

// What of a tracestate may be passed on: its members when it is well-formed (at most 32, no key twice), empty when it
// is not. Beyond 512 characters whole members are left out: long ones first, then from the end. Nothing but printable
// ASCII, whatever stood between the members: gRPC aborts the process when it is given anything else to send.
std::string cleanTraceState(std::string_view text);

// What a request's headers say: none without a traceparent; with one that is not understood a new trace begins, which
// the old state is not part of.
std::optional<TraceContext> readTrace(std::string_view parent, std::string_view state, Random& random);

} // namespace gnomon
