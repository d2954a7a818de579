// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gnomond/check_audit.h"
#include "backend/audit/file_signer.h"
#include "backend/base/random.h"
#include "backend/proof/signing_key.h"

namespace gnomon::app {

namespace {

Status checkThere(const std::filesystem::path& file) {
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) { // never made here: that would be a change
        return Error{ErrorCode::NotFound, file.string() + " is not there",
                     "the trail begins with the node's first start; check paths.state"};
    }
    return {};
}

} // namespace

Result<audit::FsckReport> checkAudit(const node::NodeConfig& config) {
    const std::filesystem::path trail = config.state / "audit.db";
    const std::filesystem::path keyFile = config.state / "audit.key";
    GNOMON_TRY(checkThere(trail));
    GNOMON_TRY(checkThere(keyFile));
    SystemRandom random;
    GNOMON_ASSIGN(const proof::SigningKey key, proof::SigningKey::open(keyFile, config.auditOrigin, random));
    return audit::checkWholeLog(trail, {config.auditOrigin, key.verifierKey()});
}

std::string describe(const audit::FsckReport& report) {
    if (!report.ok()) {
        return "the audit trail is not good: " + report.finding + "; " + std::to_string(report.records) +
               " records before it are";
    }
    return "the audit trail is good: " + std::to_string(report.records) + " records, " +
           std::to_string(report.checkpoints) + " checkpoints, root " + toHex(report.root) +
           (report.signedRecords == report.records
                ? ""
                : "; no signature covers its last " + std::to_string(report.records - report.signedRecords) +
                      " records yet") +
           (report.openIntents == 0 ? ""
                                    : "; " + std::to_string(report.openIntents) +
                                          " changes have no outcome yet: the next start records one");
}

} // namespace gnomon::app
