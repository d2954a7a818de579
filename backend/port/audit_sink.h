// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/result.h"
#include "backend/domain/audit.h"

#include <functional>
#include <optional>

namespace gnomon::port {

// Where an append ended up.
struct Appended {
    Seq seq;
    WallTime time;
    // Durable in the log's reserve, because the log cannot be written now; it gets its place, and seq its meaning, when
    // it can. For what the node does on its own only: what a person asked for fails instead.
    bool reserved = false;
};

using AppendCallback = std::function<void(Result<Appended>)>;

// Appends to the audit log. Thread-safe. A record is durable when its append has succeeded, and only then.
// Unavailable means that the outcome is unknown or the log cannot be written: the caller fails closed.
class AuditSink {
public:
    virtual ~AuditSink() = default;
    // Blocks until the record is durable. Not on the request path.
    virtual Result<Appended> append(AuditRecord record, std::optional<AuditPayload> payload = std::nullopt) = 0;
    // Returns at once; the callback comes from the writer's thread and must not block. ResourceExhausted when the
    // writer's queue is full.
    virtual void appendAsync(AuditRecord record, std::optional<AuditPayload> payload, AppendCallback done) = 0;
};

} // namespace gnomon::port
