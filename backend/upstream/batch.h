// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/domain/tensor.h"

#include <optional>
#include <vector>

// Joining requests into one and splitting its answer again, as pure functions. A request's rows are the common first
// dimension of its tensors.
namespace gnomon::upstream {

// The number of rows; nothing when the tensors have no first dimension in common, or no rows.
std::optional<std::int64_t> rowsOf(const TensorSet& inputs);

// The same tensors in the same order, with the same types and the same shapes but for the rows.
bool canJoin(const TensorSet& a, const TensorSet& b);

// The rows of all requests, in order. REQUIRES: each can be joined with the first, and there is a first.
TensorSet joinRows(const std::vector<TensorSet>& requests);

// Each request's part of a joined answer, as views that share its owner. Nothing when an output does not have one row
// per row of the requests.
std::optional<std::vector<TensorSet>> splitRows(const TensorSet& answer, const std::vector<std::int64_t>& rows);

// The same tensors with the same values, floating-point ones but for what a different order of additions explains.
bool sameAnswers(const TensorSet& a, const TensorSet& b);

} // namespace gnomon::upstream
