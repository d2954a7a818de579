// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/result.h"
#include "backend/domain/identity.h"

#include <string>
#include <unordered_map>

namespace google::protobuf {
class FileDescriptor;
}

namespace gnomon::node {

// Full method name ("gnomon.v1.DeploymentService/PlanChange") -> what a caller must be allowed to do.
using PermissionTable = std::unordered_map<std::string, Permission>;

// Adds every method of the file's services by its option (gnomon.v1.authz). Internal when one has none.
Status addPermissions(const google::protobuf::FileDescriptor& file, PermissionTable& table);

// Reads the option (gnomon.v1.authz) of every method of every service of the package gnomon.v1, and gives every method
// of the Open Inference Protocol the permission to infer. Internal when a method has none: the node must not start.
Result<PermissionTable> readPermissions();

} // namespace gnomon::node
