// SPDX-License-Identifier: GPL-3.0-or-later
// What endpoints are and should be doing: gnomon/v1/deployment.proto <-> domain. Changes are in change.h.
#pragma once

#include "backend/base/result.h"
#include "backend/domain/deployment.h"
#include "backend/domain/node.h"
#include "backend/domain/version.h"

namespace gnomon::v1 {
class Deployment;
class Endpoint;
class EndpointSettings;
class Generation;
class Version;
enum ChangeKind : int;
} // namespace gnomon::v1

namespace gnomon::wire {

v1::ChangeKind toProto(ChangeKind in);
Result<ChangeKind> fromProto(v1::ChangeKind in);

v1::Deployment toProto(const Deployment& in);
Result<Deployment> fromProto(const v1::Deployment& in);

v1::Generation toProto(const Generation& in);
Result<Generation> fromProto(const v1::Generation& in);

v1::Version toProto(const Version& in);
Result<Version> fromProto(const v1::Version& in);

v1::EndpointSettings toProto(const EndpointSettings& in);
Result<EndpointSettings> fromProto(const v1::EndpointSettings& in);

v1::Endpoint toProto(const EndpointSnapshot& in);
Result<EndpointSnapshot> fromProto(const v1::Endpoint& in);

} // namespace gnomon::wire
