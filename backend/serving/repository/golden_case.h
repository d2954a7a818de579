// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/result.h"
#include "backend/domain/tensor.h"

#include <string>
#include <string_view>
#include <vector>

namespace gnomon::serving {

// Inputs whose outputs are known, made with the version and never changed: a version that does not reproduce them is
// not the one that was made.
struct GoldenCase {
    std::string name;
    std::vector<Tensor> inputs;
    std::vector<Tensor> outputs; // may be fewer than the model has
    double rtol = 1e-4;
    double atol = 1e-5;
};

// {"inputs":[{"name","datatype","shape","data"}],"outputs":[...],"rtol","atol"}; other keys are ignored. data: flat;
// "NaN", "Infinity" and "-Infinity" as texts; FP16 and BF16 as bit patterns; BYTES as texts; "fill" in place of data
// repeats one value. InvalidArgument names what is wrong; name is used in messages.
Result<GoldenCase> parseGoldenCase(std::string_view json, const std::string& name);

// Whether outputs are those of the case: |is - must| <= atol + rtol * |must|, NaN equal to NaN, everything but floating
// point exactly. FailedPrecondition names the first element that is not.
Status checkGoldenCase(const GoldenCase& golden, const TensorSet& outputs);

} // namespace gnomon::serving
