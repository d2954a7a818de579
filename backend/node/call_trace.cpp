// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/call_trace.h"

#include <string>

namespace gnomon::node {

std::shared_ptr<const TraceContext> traceOf(grpc::ServerContextBase& context) {
    const auto& metadata = context.client_metadata(); // gRPC hands names over in lower case
    const auto parents = metadata.equal_range("traceparent");
    if (parents.first == parents.second) {
        return nullptr;
    }
    // Two parents are none; of the state there may be several, which belong together.
    const bool one = std::next(parents.first) == parents.second;
    const std::string_view parent =
        one ? std::string_view(parents.first->second.data(), parents.first->second.size()) : "ambiguous";
    std::string state;
    const auto states = metadata.equal_range("tracestate");
    for (auto entry = states.first; entry != states.second; ++entry) {
        state.append(state.empty() ? "" : ",").append(entry->second.data(), entry->second.size());
    }
    SystemRandom random;
    const std::optional<TraceContext> callers = readTrace(parent.empty() ? "empty" : parent, state, random);
    auto step = std::make_shared<const TraceContext>(callers->child(random));
    context.AddTrailingMetadata("traceparent", step->parent());
    return step;
}

std::shared_ptr<const TraceContext> nextStep(const std::shared_ptr<const TraceContext>& trace) {
    SystemRandom random;
    return trace ? std::make_shared<const TraceContext>(trace->child(random)) : nullptr;
}

} // namespace gnomon::node
