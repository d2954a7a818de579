// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/port/model_runner.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace gnomon::upstream {

struct BatchingOptions {
    std::string name;                         // in messages: "spam-filter v2"
    std::int64_t rows = 32;                   // a batch is run when it has so many
    std::size_t bytes = std::size_t{4} << 20; // or so many bytes of inputs
    std::chrono::milliseconds window{5};      // or when its first request has waited so long
    unsigned proofs = 3;                      // batches that must agree with single runs before any is trusted
    // Per request: run it alone and at once; empty: 1 in 16, and 50 a second at most. Any thread.
    std::function<bool()> singly;
};

// Collects runs into batches for a runner whose calls cost more than its rows. Answers of batches say `single = false`.
// A model whose inputs and outputs do not all start with a free dimension is given back as it is. That dimension may
// still mean something else than rows, so the first few batches are answered one by one and run again as a whole: if
// the answers differ, batching stays off. A batch that fails for its content is run again one by one, so that one bad
// request spoils no other.
std::shared_ptr<port::ModelRunner> makeBatchingRunner(std::shared_ptr<port::ModelRunner> inner,
                                                      BatchingOptions options);

} // namespace gnomon::upstream
