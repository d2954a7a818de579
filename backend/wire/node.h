// SPDX-License-Identifier: GPL-3.0-or-later
// gnomon/v1/node.proto <-> domain.
#pragma once

#include "backend/base/result.h"
#include "backend/domain/node.h"

namespace gnomon::v1 {
class GetNodeResponse;
class WatchResponse;
} // namespace gnomon::v1

namespace gnomon::wire {

v1::GetNodeResponse toProto(const NodeInfo& in);
Result<NodeInfo> fromProto(const v1::GetNodeResponse& in);

v1::WatchResponse toProto(const NodeUpdate& in);
Result<NodeUpdate> fromProto(const v1::WatchResponse& in);

} // namespace gnomon::wire
