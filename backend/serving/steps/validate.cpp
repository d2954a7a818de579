// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/steps/validate.h"
#include "backend/domain/tensor_data.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace gnomon::serving {

namespace {

// Rows without a single element cost the caller nothing, but would size the answer.
constexpr std::int64_t kMostRowsOfNothing = 1 << 20;

std::string text(const std::vector<std::int64_t>& shape) {
    std::string list;
    for (const std::int64_t size : shape) {
        list += (list.empty() ? "" : ",") + std::to_string(size);
    }
    return "[" + list + "]";
}

Error invalid(const InferenceCall& call, std::string_view input, const std::string& problem) {
    const std::string name = printable(input, 80);
    return {ErrorCode::InvalidArgument,
            "input '" + name + "' of model '" + call.endpoint.value + "' " + problem,
            {},
            "inputs." + name};
}

bool fits(const std::vector<std::int64_t>& shape, const std::vector<std::int64_t>& stated) {
    return stated.empty() || std::equal(shape.begin(), shape.end(), stated.begin(), stated.end(),
                                        [](std::int64_t is, std::int64_t must) { return must < 0 || is == must; });
}

bool hasInfinity(const TensorView& tensor, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) {
        if (std::isinf(elementAsDouble(tensor, i))) {
            return true;
        }
    }
    return false;
}

Status validateTensor(const InferenceCall& call, const TensorView& input, const TensorSpec& spec, bool allowNan) {
    if (input.type != spec.type) {
        return invalid(call, input.name,
                       "has datatype " + std::string(dataTypeName(input.type)) + ", but the model expects " +
                           std::string(dataTypeName(spec.type)));
    }
    if (!fits(input.shape, spec.shape)) {
        return invalid(call, input.name,
                       "has shape " + text(input.shape) + ", but the model expects " + text(spec.shape));
    }
    const Result<std::int64_t> counted = elementCount(input.shape);
    const bool emptyAndHuge = counted.ok() && *counted == 0 &&
                              std::any_of(input.shape.begin(), input.shape.end(),
                                          [](std::int64_t size) { return size > kMostRowsOfNothing; });
    if (!counted.ok() || emptyAndHuge) {
        return invalid(call, input.name, "has an impossible shape " + text(input.shape));
    }
    const std::int64_t count = *counted;
    if (const Status good = checkData(input.type, count, input.data); !good.ok()) {
        return invalid(call, input.name, "does not hold what its shape asks for: " + good.error().message);
    }
    if (!allFinite(input) && (!allowNan || hasInfinity(input, count))) {
        Error error =
            invalid(call, input.name, allowNan ? "holds an infinite value" : "holds NaN or an infinite value");
        error.remedy = allowNan ? "" : "where NaN marks a missing value, set allow_nan in the endpoint's [validation]";
        return error;
    }
    return {};
}

const TensorSpec* findSpec(const std::vector<TensorSpec>& specs, std::string_view name) {
    const auto found =
        std::find_if(specs.begin(), specs.end(), [name](const TensorSpec& spec) { return spec.name == name; });
    return found == specs.end() ? nullptr : &*found;
}

} // namespace

Status validate(const InferenceCall& call, const port::ModelSchema& schema, bool allowNan) {
    for (auto input = call.inputs.tensors.begin(); input != call.inputs.tensors.end(); ++input) {
        const TensorSpec* spec = findSpec(schema.inputs, input->name);
        if (spec == nullptr) {
            return invalid(call, input->name, "is unknown to the model");
        }
        if (call.inputs.find(input->name) != &*input) {
            return invalid(call, input->name, "is given twice");
        }
        GNOMON_TRY(validateTensor(call, *input, *spec, allowNan));
    }
    for (const TensorSpec& spec : schema.inputs) {
        if (!spec.optional && call.inputs.find(spec.name) == nullptr) {
            return invalid(call, spec.name, "is missing");
        }
    }
    for (const std::string& output : call.outputs) {
        if (findSpec(schema.outputs, output) == nullptr) {
            return Error{ErrorCode::InvalidArgument,
                         "output '" + printable(output, 80) + "' is unknown to model '" + call.endpoint.value + "'",
                         {},
                         "outputs"};
        }
    }
    return {};
}

std::int64_t rowsOf(const TensorSet& inputs, const port::ModelSchema& schema) {
    for (const TensorView& input : inputs.tensors) {
        const TensorSpec* spec = findSpec(schema.inputs, input.name);
        if (spec != nullptr && !spec->shape.empty() && spec->shape[0] < 0 && !input.shape.empty()) {
            return input.shape[0];
        }
    }
    return 1;
}

} // namespace gnomon::serving
