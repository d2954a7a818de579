// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/audit_service.h"
#include "backend/node/chunk_writer.h"
#include "backend/wire/audit.h"

namespace gnomon::node {

namespace {

constexpr const char* kTrail = "audit";

std::string method(const char* name) {
    return std::string("gnomon.v1.AuditService/") + name;
}

} // namespace

grpc::ServerUnaryReactor* AuditService::SearchRecords(Context* context, const v1::SearchRecordsRequest* request,
                                                      v1::SearchRecordsResponse* response) {
    return runUnary(m_parts, context, method("SearchRecords"), response, [=, this](const Principal& who) -> Status {
        GNOMON_ASSIGN(const AuditFilter filter, wire::fromProto(*request));
        GNOMON_TRY(m_parts.views.record(who, Permission::ReadAudit, "audit.search", kTrail));
        GNOMON_ASSIGN(const AuditPage page, m_parts.audit.search(filter));
        *response = wire::toProto(page);
        return {};
    });
}

grpc::ServerUnaryReactor* AuditService::GetRecord(Context* context, const v1::GetRecordRequest* request,
                                                  v1::GetRecordResponse* response) {
    return runUnary(m_parts, context, method("GetRecord"), response, [=, this](const Principal& who) -> Status {
        GNOMON_TRY(m_parts.views.record(who, Permission::ReadAudit, "audit.read", kTrail));
        GNOMON_ASSIGN(const StoredRecord record, m_parts.audit.get(Seq(request->seq())));
        *response->mutable_record() = wire::toProto(record);
        return {};
    });
}

grpc::ServerUnaryReactor* AuditService::GetCheckpoint(Context* context, const v1::GetCheckpointRequest*,
                                                      v1::GetCheckpointResponse* response) {
    return runUnary(m_parts, context, method("GetCheckpoint"), response, [=, this](const Principal&) -> Status {
        GNOMON_ASSIGN(const Checkpoint checkpoint, m_parts.audit.checkpoint());
        *response->mutable_checkpoint() = wire::toProto(checkpoint);
        return {};
    });
}

grpc::ServerUnaryReactor* AuditService::ProveInclusion(Context* context, const v1::ProveInclusionRequest* request,
                                                       v1::ProveInclusionResponse* response) {
    return runUnary(m_parts, context, method("ProveInclusion"), response, [=, this](const Principal& who) -> Status {
        GNOMON_TRY(m_parts.views.record(who, Permission::ReadAudit, "audit.prove", kTrail));
        ProvenRecord proven;
        GNOMON_ASSIGN(proven.record, m_parts.audit.get(Seq(request->seq())));
        GNOMON_ASSIGN(proven.checkpoint, m_parts.audit.checkpoint());
        if (proven.checkpoint.size <= request->seq()) {
            return Error{ErrorCode::Unavailable,
                         "record " + std::to_string(request->seq()) + " is not covered by a checkpoint yet",
                         "ask again in a moment"};
        }
        GNOMON_ASSIGN(proven.proof, m_parts.audit.proveInclusion(Seq(request->seq()), proven.checkpoint.size));
        *response = wire::toProto(proven);
        return {};
    });
}

grpc::ServerUnaryReactor* AuditService::ProveConsistency(Context* context, const v1::ProveConsistencyRequest* request,
                                                         v1::ProveConsistencyResponse* response) {
    return runUnary(m_parts, context, method("ProveConsistency"), response, [=, this](const Principal&) -> Status {
        GNOMON_ASSIGN(const ConsistencyProof proof,
                      m_parts.audit.proveConsistency(request->old_size(), request->new_size()));
        *response->mutable_proof() = wire::toProto(proof);
        return {};
    });
}

grpc::ServerWriteReactor<v1::ExportRecordsResponse>* AuditService::ExportRecords(Context* context,
                                                                                 const v1::ExportRecordsRequest*) {
    auto* writer = new ChunkWriter<v1::ExportRecordsResponse>(context);
    const Result<Principal> principal = m_parts.guard.admit(*context, method("ExportRecords"));
    if (!principal) {
        writer->end(principal.error());
        return writer;
    }
    const bool posted = m_parts.waiting.post([this, writer, who = *principal] {
        Status done = m_parts.views.record(who, Permission::ReadAudit, "audit.export", kTrail);
        if (done) {
            done = m_parts.audit.exportAll([&](ByteView chunk, std::uint64_t soFar, std::uint64_t total) {
                v1::ExportRecordsResponse response;
                *response.mutable_stamp() = wire::toProto(m_parts.stamp());
                response.set_chunk(chunk.data(), chunk.size());
                response.set_done(soFar);
                response.set_total(total);
                return writer->write(std::move(response));
            });
        }
        writer->end(done);
    });
    if (!posted) {
        writer->end(Error{ErrorCode::ResourceExhausted, "the node has too much to do", "try again"});
    }
    return writer;
}

} // namespace gnomon::node
