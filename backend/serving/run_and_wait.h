// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/port/model_runner.h"

namespace gnomon::serving {

// One run, waited for. DeadlineExceeded when it did not end in time; it is abandoned then. Not on the request path.
Result<port::RunResult> runAndWait(port::ModelRunner& runner, TensorSet inputs, std::chrono::milliseconds most);

} // namespace gnomon::serving
