// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/domain/exchange.h"
#include "backend/port/model_runner.h"

#include <string>

namespace gnomon::serving {

// What the guard makes of a run that ended.
struct Guarded {
    LegOutcome outcome = LegOutcome::Ok;
    std::string error;           // printable; empty when Ok
    bool versionAtFault = false; // false: the inputs or the caller are
};

// Failed, late, or an output that holds NaN or an infinity? Pure.
Guarded guard(const Result<port::RunResult>& result);

// The outputs that were asked for, in that order; all of them when none was named. NotFound when one is not there.
Result<TensorSet> selectOutputs(const TensorSet& outputs, const std::vector<std::string>& names);

// The constant of endpoint.toml, which states one row, for as many rows as were asked. InvalidArgument when that is too
// much: a request of a few bytes can ask for billions of (empty) rows.
Result<TensorSet> constantFor(const std::vector<Tensor>& constant, std::int64_t rows);

// Its worker is away now. A run that such a runner refuses was never tried: it has not died with its worker.
bool isAway(const port::ModelRunner& runner);

} // namespace gnomon::serving
