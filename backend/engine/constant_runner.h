// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/port/model_runner.h"

#include <vector>

namespace gnomon::engine {

// Always the same answer, whatever is asked: the end of a fallback chain. outputs: one row each (their first dimension
// is 1), repeated to the number of rows of the request's first input; a scalar stays as it is. Answers before run()
// returns. InvalidArgument when two outputs share a name or one is not one row.
Result<std::shared_ptr<port::ModelRunner>> makeConstantRunner(std::vector<Tensor> outputs);

} // namespace gnomon::engine
