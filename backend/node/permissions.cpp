// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/permissions.h"
#include "backend/wire/access.h"

#include <gnomon/v1/access.pb.h>
#include <gnomon/v1/audit.pb.h>
#include <gnomon/v1/comparison.pb.h>
#include <gnomon/v1/deployment.pb.h>
#include <gnomon/v1/node.pb.h>
#include <gnomon/v1/options.pb.h>
#include <inference/grpc_service.pb.h>

namespace gnomon::node {

namespace {

std::string nameOf(const google::protobuf::MethodDescriptor& method) {
    return method.service()->full_name() + "/" + method.name();
}

} // namespace

Status addPermissions(const google::protobuf::FileDescriptor& file, PermissionTable& table) {
    for (int i = 0; i < file.service_count(); ++i) {
        for (int j = 0; j < file.service(i)->method_count(); ++j) {
            const auto& method = *file.service(i)->method(j);
            const auto permission = wire::fromProto(method.options().GetExtension(v1::authz).permission());
            if (!permission.ok()) {
                return Error{ErrorCode::Internal, nameOf(method) + " states no permission",
                             "give it an option (gnomon.v1.authz) in its .proto file"};
            }
            table.emplace(nameOf(method), *permission);
        }
    }
    return {};
}

Result<PermissionTable> readPermissions() {
    PermissionTable table;
    for (const auto* file : {v1::GetNodeRequest::descriptor()->file(), v1::PlanChangeRequest::descriptor()->file(),
                             v1::GetComparisonRequest::descriptor()->file(),
                             v1::SearchRecordsRequest::descriptor()->file(), v1::WhoAmIRequest::descriptor()->file()}) {
        GNOMON_TRY(addPermissions(*file, table));
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
