// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/domain/tensor.h"
#include "backend/port/model_runner.h"
#include "backend/serving/pipeline.h"

namespace gnomon::serving {

// Checks a call against what the model says of itself: every input there, none unknown or twice, datatypes, shapes,
// bytes that are exactly as many as the shape asks for, finite values (NaN only where the endpoint allows it), known
// output names. InvalidArgument names the tensor and both sides of the contradiction. Pure.
Status validate(const InferenceCall& call, const port::ModelSchema& schema, bool allowNan);

// Rows in the request: the first dimension of the first input whose first dimension the model leaves open; else 1.
std::int64_t rowsOf(const TensorSet& inputs, const port::ModelSchema& schema);

} // namespace gnomon::serving
