// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/permissions.h"

#include <gnomon/v1/access.pb.h>
#include <gnomon/v1/audit.pb.h>
#include <gnomon/v1/comparison.pb.h>
#include <gnomon/v1/deployment.pb.h>
#include <gnomon/v1/node.pb.h>
#include <gnomon/v1/options.pb.h>
#include <inference/grpc_service.pb.h>

#include <optional>

namespace gnomon::node {

namespace {

std::optional<Permission> fromOption(v1::Permission permission) {
    switch (permission) {
    case v1::PERMISSION_INFER:
        return Permission::Infer;
    case v1::PERMISSION_VIEW:
        return Permission::View;
    case v1::PERMISSION_VIEW_PAYLOAD:
        return Permission::ViewPayload;
    case v1::PERMISSION_OPERATE_SAFE:
        return Permission::OperateSafe;
    case v1::PERMISSION_OPERATE_RISKY:
        return Permission::OperateRisky;
    case v1::PERMISSION_AUDIT_READ:
        return Permission::ReadAudit;
    case v1::PERMISSION_AUDIT_WITNESS:
        return Permission::WitnessAudit;
    case v1::PERMISSION_WORK:
        return Permission::Work;
    case v1::PERMISSION_UNSPECIFIED:
    case v1::Permission_INT_MIN_SENTINEL_DO_NOT_USE_:
    case v1::Permission_INT_MAX_SENTINEL_DO_NOT_USE_:
        return std::nullopt;
    }
    return std::nullopt;
}

std::string nameOf(const google::protobuf::MethodDescriptor& method) {
    return method.service()->full_name() + "/" + method.name();
}

} // namespace

Result<PermissionTable> readPermissions() {
    PermissionTable table;
    for (const auto* file : {v1::GetNodeRequest::descriptor()->file(), v1::PlanChangeRequest::descriptor()->file(),
                             v1::GetComparisonRequest::descriptor()->file(),
                             v1::SearchRecordsRequest::descriptor()->file(), v1::WhoAmIRequest::descriptor()->file()}) {
        for (int i = 0; i < file->service_count(); ++i) {
            for (int j = 0; j < file->service(i)->method_count(); ++j) {
                const auto& method = *file->service(i)->method(j);
                const auto permission = fromOption(method.options().GetExtension(v1::authz).permission());
                if (!permission) {
                    return Error{ErrorCode::Internal, nameOf(method) + " states no permission",
                                 "give it an option (gnomon.v1.authz) in its .proto file"};
                }
                table.emplace(nameOf(method), *permission);
            }
        }
    }
    const auto* inference = ::inference::ModelInferRequest::descriptor()->file();
    for (int i = 0; i < inference->service_count(); ++i) {
        for (int j = 0; j < inference->service(i)->method_count(); ++j) {
            table.emplace(nameOf(*inference->service(i)->method(j)), Permission::Infer);
        }
    }
    return table;
}

} // namespace gnomon::node
