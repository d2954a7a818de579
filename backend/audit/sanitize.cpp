// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/audit/sanitize.h"

namespace gnomon::audit {

namespace {

constexpr std::size_t kName = 512;
constexpr std::size_t kReason = 8192;
constexpr std::size_t kValue = 64 * 1024;

void cut(std::string& text, std::size_t most) {
    text = printable(text, most);
}

} // namespace

void makePrintable(AuditRecord& record) {
    for (std::string* text : {&record.actor.person, &record.actor.identity, &record.actor.authMethod,
                              &record.sourceAddress, &record.sourceClient, &record.action, &record.permission,
                              &record.object, &record.requestId, &record.result, &record.code, &record.build}) {
        cut(*text, kName);
    }
    cut(record.reason, kReason);
}

void makePrintable(AuditPayload& payload) {
    for (FieldChange& change : payload.changes) {
        cut(change.field, kName);
        cut(change.before, kValue);
        cut(change.after, kValue);
    }
    for (auto& [name, value] : payload.facts) {
        cut(name, kName);
        cut(value, kValue);
    }
}

} // namespace gnomon::audit
