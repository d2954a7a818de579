// SPDX-License-Identifier: GPL-3.0-or-later
// Shows gRPC types: for the files of this folder only.
#pragma once

#include "backend/domain/trace_context.h"

#include <grpcpp/server_context.h>

#include <memory>

namespace gnomon::node {

// This node's step in the trace that a call is part of, by its metadata traceparent and tracestate; null when it has
// none. The step is told in the reply's trailing metadata, too.
std::shared_ptr<const TraceContext> traceOf(grpc::ServerContextBase& context);

// Another step of the same trace, for one of several requests of a call.
std::shared_ptr<const TraceContext> nextStep(const std::shared_ptr<const TraceContext>& trace);

} // namespace gnomon::node
