// SPDX-License-Identifier: GPL-3.0-or-later
// Shows gRPC types: for the files of this folder only.
#pragma once

#include "backend/node/control_parts.h"

#include <gnomon/v1/audit.grpc.pb.h>

namespace gnomon::node {

// gnomon.v1.AuditService over the audit log. Thread-safe. Whoever searches, proves single records or exports is
// recorded; checkpoints and consistency proofs say nothing of anybody and are free.
class AuditService final : public v1::AuditService::CallbackService {
public:
    explicit AuditService(const ControlParts& parts) : m_parts(parts) {}

    using Context = grpc::CallbackServerContext;
    using Reactor = grpc::ServerUnaryReactor;

    Reactor* SearchRecords(Context*, const v1::SearchRecordsRequest*, v1::SearchRecordsResponse*) override;
    Reactor* GetRecord(Context*, const v1::GetRecordRequest*, v1::GetRecordResponse*) override;
    Reactor* GetCheckpoint(Context*, const v1::GetCheckpointRequest*, v1::GetCheckpointResponse*) override;
    Reactor* ProveInclusion(Context*, const v1::ProveInclusionRequest*, v1::ProveInclusionResponse*) override;
    Reactor* ProveConsistency(Context*, const v1::ProveConsistencyRequest*, v1::ProveConsistencyResponse*) override;
    grpc::ServerWriteReactor<v1::ExportRecordsResponse>* ExportRecords(Context*,
                                                                       const v1::ExportRecordsRequest*) override;

private:
    const ControlParts& m_parts;
};

} // namespace gnomon::node
