// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/domain/tensor.h"
#include "backend/engine/onnx_api.h"

#include <list>
#include <optional>

// Tensors between the domain's views and the runtime's values.
namespace gnomon::engine {

// Nothing for the runtime's types that the protocol cannot carry (complex numbers, 4- and 8-bit floats, 4-bit
// integers).
std::optional<DataType> dataTypeOf(ONNXTensorElementDataType type);

// A value on the tensor's own bytes where they are aligned for the runtime; copies (into `copies`, which must live as
// long as the value) where they are not, and of strings. InvalidArgument when BYTES elements are malformed or the
// shape and the bytes disagree. Throws what the runtime throws.
Result<Ort::Value> toValue(const TensorView& tensor, std::list<Bytes>& copies);

// A view on the value's elements; of strings, on a copy in the raw layout that is added to `copies`.
// REQUIRES: the value is a tensor of a type the protocol carries. Throws what the runtime throws.
TensorView toView(std::string_view name, const Ort::Value& value, std::list<Bytes>& copies);

// seq(map(int64 or string, float)) as FP32 [n, k], in the order of classNames; a class that a map lacks is 0.
// Internal when a map has a class that classNames lacks. Throws what the runtime throws.
Result<TensorView> flattenMaps(std::string_view name, const Ort::Value& value,
                               const std::vector<std::string>& classNames, std::list<Bytes>& copies);

} // namespace gnomon::engine
