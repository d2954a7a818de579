// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/steps/guard.h"

#include <algorithm>

namespace gnomon::serving {

namespace {

constexpr std::size_t kLongestError = 300;
constexpr std::size_t kMostConstant = std::size_t{64} << 20; // bytes of one output

Guarded ofError(const Error& error) {
    Guarded guarded{LegOutcome::Failed, printable(error.message, kLongestError), true};
    switch (error.code) {
    case ErrorCode::DeadlineExceeded:
        guarded.outcome = LegOutcome::Late;
        break;
    case ErrorCode::Unavailable:
        guarded.outcome = LegOutcome::Lost;
        break;
    case ErrorCode::InvalidArgument:   // the model refused what its own schema allows; others may be served well
    case ErrorCode::ResourceExhausted: // no memory, or a full queue: what callers sent is to blame for it
    case ErrorCode::Cancelled:
        guarded.versionAtFault = false;
        break;
    case ErrorCode::NotFound:
    case ErrorCode::AlreadyExists:
    case ErrorCode::FailedPrecondition:
    case ErrorCode::Unauthenticated:
    case ErrorCode::PermissionDenied:
    case ErrorCode::Unimplemented:
    case ErrorCode::Corrupt:
    case ErrorCode::Internal:
        break;
    }
    return guarded;
}

} // namespace

Guarded guard(const Result<port::RunResult>& result) {
    if (!result.ok()) {
        return ofError(result.error());
    }
    for (const TensorView& output : result->outputs.tensors) {
        if (!allFinite(output)) {
            return {LegOutcome::NotFinite, "output '" + printable(output.name, 80) + "' holds NaN or an infinity",
                    true};
        }
    }
    return {};
}

Result<TensorSet> selectOutputs(const TensorSet& outputs, const std::vector<std::string>& names) {
    if (names.empty()) {
        return outputs;
    }
    TensorSet selected;
    selected.owner = outputs.owner;
    for (const std::string& name : names) {
        const TensorView* output = outputs.find(name);
        if (output == nullptr) {
            return Error{ErrorCode::NotFound, "there is no output '" + printable(name, 80) + "'"};
        }
        selected.tensors.push_back(*output);
    }
    return selected;
}

Result<TensorSet> constantFor(const std::vector<Tensor>& constant, std::int64_t rows) {
    std::vector<Tensor> tensors = constant;
    for (Tensor& tensor : tensors) {
        if (rows == 1 || tensor.shape.empty()) {
            continue;
        }
        if (rows < 0 || static_cast<std::size_t>(rows) > kMostConstant / std::max<std::size_t>(tensor.data.size(), 1)) {
            return Error{ErrorCode::InvalidArgument,
                         "the constant is not repeated for " + std::to_string(rows) + " rows",
                         "ask for fewer rows at a time"};
        }
        tensor.shape[0] = rows;
        const Bytes row = std::move(tensor.data);
        tensor.data.clear();
        tensor.data.reserve(row.size() * static_cast<std::size_t>(rows));
        for (std::int64_t i = 0; i < rows; ++i) {
            tensor.data.insert(tensor.data.end(), row.begin(), row.end());
        }
    }
    return makeTensorSet(std::move(tensors));
}

bool isAway(const port::ModelRunner& runner) {
    const std::optional<port::WorkerState> worker = runner.workerState();
    return worker && !worker->up;
}

} // namespace gnomon::serving
