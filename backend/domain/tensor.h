// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/bytes.h"
#include "backend/base/result.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gnomon {

// The Open Inference Protocol's element types.
enum class DataType {
    Bool,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
    Int8,
    Int16,
    Int32,
    Int64,
    Fp16,
    Fp32,
    Fp64,
    ByteString,
    Bf16
};

std::string_view dataTypeName(DataType type); // "FP32", "BYTES", ...
Result<DataType> parseDataType(std::string_view name);
// Bytes per element; 0 for ByteString, whose elements vary.
std::size_t elementSize(DataType type);

// What a model says of one input or output. shape: -1 where any size is accepted.
struct TensorSpec {
    std::string name;
    DataType type = DataType::Fp32;
    std::vector<std::int64_t> shape;
    bool optional = false;

    bool operator==(const TensorSpec&) const = default;
};

// One tensor as a view: row-major, little-endian, no padding. Elements of type ByteString (BYTES) are each a 32-bit
// little-endian length and that many bytes, one after the other (the protocol's raw layout). The bytes may be
// unaligned.
struct TensorView {
    std::string_view name;
    DataType type = DataType::Fp32;
    std::vector<std::int64_t> shape; // no negative sizes
    ByteView data;
};

// Tensors with the handle that keeps their names and bytes alive. Copying shares the owner; nothing else is copied.
// Whoever still needs the tensors (a shadow, an observer, an abandoned run) holds a copy.
struct TensorSet {
    std::vector<TensorView> tensors;
    std::shared_ptr<const void> owner;

    const TensorView* find(std::string_view name) const;
};

// One tensor that owns its bytes, in the same layout; what is stored and what is sent to the console.
struct Tensor {
    std::string name;
    DataType type = DataType::Fp32;
    std::vector<std::int64_t> shape;
    Bytes data;

    bool operator==(const Tensor&) const = default;
};

// Bytes of all tensors together.
std::size_t byteCount(const TensorSet& set);

// A set that owns copies of the tensors.
TensorSet makeTensorSet(std::vector<Tensor> tensors);
std::vector<Tensor> copyTensors(const TensorSet& set);

// Number of elements, or InvalidArgument when a size is negative or the product does not fit 2^31.
Result<std::int64_t> elementCount(const std::vector<std::int64_t>& shape);

// Element i as a double, for every type but ByteString. i must be in range (REQUIRES: caller checked elementCount).
double elementAsDouble(const TensorView& tensor, std::int64_t i);

// False when a floating-point tensor holds NaN or an infinity. True for the other types.
bool allFinite(const TensorView& tensor);

} // namespace gnomon
