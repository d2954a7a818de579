// SPDX-License-Identifier: GPL-3.0-or-later
// Trace headers, from a caller who may send any bytes. What is passed on goes into headers of calls that the node
// makes.
#include "backend/domain/trace_context.h"
#include "tests/fuzz/target.h"

#include <algorithm>

namespace gnomon::fuzz {

std::vector<std::string> seeds() {
    return {"p00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "scongo=t61rcWkgMzE,\trojo=00f067aa0ba902b7",
            "sa=" + std::string(200, 'x') + ",tenant@system=1 ,b=" + std::string(250, 'y') +
                ",c=" + std::string(100, 'z')};
}

bool mutate(std::string&, std::uint64_t) {
    return false;
}

void run(ByteView input) {
    if (input.empty()) {
        return;
    }
    const std::string_view text = asText(input.subspan(1));
    if (input[0] == 'p') {
        const std::optional<TraceContext> context = parseTraceParent(text);
        require(!context || parseTraceParent(context->parent()) == context, "a traceparent is read as it is written");
        return;
    }
    const std::string clean = cleanTraceState(text);
    require(clean.size() <= 512, "a tracestate has at most 512 characters");
    require(std::all_of(clean.begin(), clean.end(), [](char c) { return c >= ' ' && c <= '~'; }),
            "a tracestate is printable");
    require(cleanTraceState(clean) == clean, "what is clean stays as it is");
}

} // namespace gnomon::fuzz
