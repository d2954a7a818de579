// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/audit/sanitize.h"

namespace gnomon::audit {

namespace {

constexpr std::size_t kName = 512;
constexpr std::size_t kReason = 8192;
constexpr std::size_t kValue = 64 * 1024;

} // namespace

void makePrintable(AuditRecord& record) {
    for (std::string* text : {&record.actor.person, &record.actor.identity, &record.actor.authMethod,
                              &record.sourceAddress, &record.sourceClient, &record.action, &record.permission,
                              &record.object, &record.requestId, &record.result, &record.code, &record.build}) {
        keepPrintable(*text, kName);
    }
    keepPrintable(record.reason, kReason);
}

void makePrintable(AuditPayload& payload) {
    for (FieldChange& change : payload.changes) {
        keepPrintable(change.field, kName);
        keepPrintable(change.before, kValue);
        keepPrintable(change.after, kValue);
    }
    for (auto& [name, value] : payload.facts) {
        keepPrintable(name, kName);
        keepPrintable(value, kValue);
    }
}

} // namespace gnomon::audit
