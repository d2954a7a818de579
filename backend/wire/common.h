// SPDX-License-Identifier: GPL-3.0-or-later
// gnomon/v1/common.proto <-> domain. Every fromProto() of this folder checks all that a peer sent: counts, sizes,
// enumerations, numbers and names. Its errors are InvalidArgument and name the field.
#pragma once

#include "backend/base/result.h"
#include "backend/domain/deployment.h"
#include "backend/domain/node.h"
#include "backend/domain/plan.h"
#include "backend/domain/tensor.h"

namespace gnomon::v1 {
class Actor;
class FieldChange;
class NodeStamp;
class Tensor;
class TensorSpec;
enum FallbackKind : int;
} // namespace gnomon::v1

namespace gnomon::wire {

v1::NodeStamp toProto(const NodeStamp& in);
Result<NodeStamp> fromProto(const v1::NodeStamp& in);

v1::Actor toProto(const Actor& in);
Result<Actor> fromProto(const v1::Actor& in);

v1::Tensor toProto(const Tensor& in);
Result<Tensor> fromProto(const v1::Tensor& in);

v1::TensorSpec toProto(const TensorSpec& in);
Result<TensorSpec> fromProto(const v1::TensorSpec& in);

v1::FieldChange toProto(const FieldChange& in);
Result<FieldChange> fromProto(const v1::FieldChange& in);

v1::FallbackKind toProto(FallbackKind in);
Result<FallbackKind> fromProto(v1::FallbackKind in);

} // namespace gnomon::wire
