// SPDX-License-Identifier: GPL-3.0-or-later
// Experiments: gnomon/v1/comparison.proto <-> domain. Exchanges are in exchange.h.
#pragma once

#include "backend/base/result.h"
#include "backend/domain/comparison.h"

namespace gnomon::v1 {
class Comparison;
class TimeBucket;
} // namespace gnomon::v1

namespace gnomon::wire {

v1::TimeBucket toProto(const TimeBucket& in);
Result<TimeBucket> fromProto(const v1::TimeBucket& in);

v1::Comparison toProto(const Comparison& in);
Result<Comparison> fromProto(const v1::Comparison& in);

} // namespace gnomon::wire
