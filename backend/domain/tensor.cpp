// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/domain/tensor.h"

#include <array>
#include <cmath>
#include <cstring>

namespace gnomon {

namespace {

struct TypeFacts {
    DataType type;
    std::string_view name;
    std::size_t size;
};

constexpr std::array<TypeFacts, 14> kTypes = {{
    {DataType::Bool, "BOOL", 1},
    {DataType::Uint8, "UINT8", 1},
    {DataType::Uint16, "UINT16", 2},
    {DataType::Uint32, "UINT32", 4},
    {DataType::Uint64, "UINT64", 8},
    {DataType::Int8, "INT8", 1},
    {DataType::Int16, "INT16", 2},
    {DataType::Int32, "INT32", 4},
    {DataType::Int64, "INT64", 8},
    {DataType::Fp16, "FP16", 2},
    {DataType::Fp32, "FP32", 4},
    {DataType::Fp64, "FP64", 8},
    {DataType::ByteString, "BYTES", 0},
    {DataType::Bf16, "BF16", 2},
}};

const TypeFacts& facts(DataType type) {
    return kTypes[static_cast<std::size_t>(type)];
}

template <class T>
T load(const TensorView& tensor, std::int64_t i) {
    T value;
    std::memcpy(&value, tensor.data.data() + static_cast<std::size_t>(i) * sizeof(T), sizeof(T));
    return value;
}

// IEEE 754 binary16.
double halfToDouble(std::uint16_t bits) {
    const double sign = (bits & 0x8000) != 0 ? -1.0 : 1.0;
    const int exponent = (bits >> 10) & 31;
    const int fraction = bits & 1023;
    if (exponent == 31) {
        return fraction != 0 ? std::nan("") : sign * INFINITY;
    }
    return sign * (exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(fraction + 1024, exponent - 25));
}

double bfloatToDouble(std::uint16_t bits) {
    const std::uint32_t wide = static_cast<std::uint32_t>(bits) << 16;
    float value;
    std::memcpy(&value, &wide, sizeof value);
    return static_cast<double>(value);
}

template <class T>
bool allFiniteAs(const TensorView& tensor) {
    const auto count = static_cast<std::int64_t>(tensor.data.size() / sizeof(T));
    for (std::int64_t i = 0; i < count; ++i) {
        if (!std::isfinite(load<T>(tensor, i))) {
            return false;
        }
    }
    return true;
}

} // namespace

std::string_view dataTypeName(DataType type) {
    return facts(type).name;
}

Result<DataType> parseDataType(std::string_view name) {
    for (const TypeFacts& type : kTypes) {
        if (type.name == name) {
            return type.type;
        }
    }
    return Error{ErrorCode::InvalidArgument, "'" + printable(name, 40) + "' is not a datatype of the protocol"};
}

std::size_t elementSize(DataType type) {
    return facts(type).size;
}

const TensorView* TensorSet::find(std::string_view name) const {
    for (const TensorView& tensor : tensors) {
        if (tensor.name == name) {
            return &tensor;
        }
    }
    return nullptr;
}

std::size_t byteCount(const TensorSet& set) {
    std::size_t bytes = 0;
    for (const TensorView& tensor : set.tensors) {
        bytes += tensor.data.size();
    }
    return bytes;
}

TensorSet makeTensorSet(std::vector<Tensor> tensors) {
    const auto owner = std::make_shared<const std::vector<Tensor>>(std::move(tensors));
    TensorSet set;
    set.tensors.reserve(owner->size());
    for (const Tensor& tensor : *owner) {
        set.tensors.push_back({tensor.name, tensor.type, tensor.shape, tensor.data});
    }
    set.owner = owner;
    return set;
}

std::vector<Tensor> copyTensors(const TensorSet& set) {
    std::vector<Tensor> copies;
    copies.reserve(set.tensors.size());
    for (const TensorView& view : set.tensors) {
        copies.push_back({std::string(view.name), view.type, view.shape, Bytes(view.data.begin(), view.data.end())});
    }
    return copies;
}

Result<std::int64_t> elementCount(const std::vector<std::int64_t>& shape) {
    constexpr std::int64_t kMost = std::int64_t{1} << 31;
    std::int64_t count = 1;
    bool tooMany = false;
    bool empty = false; // then the other sizes may be anything but negative
    for (const std::int64_t size : shape) {
        if (size < 0) {
            return Error{ErrorCode::InvalidArgument, "a tensor's shape has a negative size"};
        }
        empty = empty || size == 0;
        tooMany = tooMany || size > kMost || (size != 0 && count > kMost / size);
        count = tooMany || empty ? count : count * size;
    }
    if (empty) {
        return std::int64_t{0};
    }
    if (tooMany) {
        return Error{ErrorCode::InvalidArgument, "a tensor's shape asks for more than 2^31 elements"};
    }
    return count;
}

double elementAsDouble(const TensorView& tensor, std::int64_t i) {
    switch (tensor.type) {
    case DataType::Bool:
    case DataType::Uint8:
        return load<std::uint8_t>(tensor, i);
    case DataType::Uint16:
        return load<std::uint16_t>(tensor, i);
    case DataType::Uint32:
        return load<std::uint32_t>(tensor, i);
    case DataType::Uint64:
        return static_cast<double>(load<std::uint64_t>(tensor, i));
    case DataType::Int8:
        return load<std::int8_t>(tensor, i);
    case DataType::Int16:
        return load<std::int16_t>(tensor, i);
    case DataType::Int32:
        return load<std::int32_t>(tensor, i);
    case DataType::Int64:
        return static_cast<double>(load<std::int64_t>(tensor, i));
    case DataType::Fp16:
        return halfToDouble(load<std::uint16_t>(tensor, i));
    case DataType::Bf16:
        return bfloatToDouble(load<std::uint16_t>(tensor, i));
    case DataType::Fp32:
        return static_cast<double>(load<float>(tensor, i));
    case DataType::Fp64:
        return load<double>(tensor, i);
    case DataType::ByteString:
        break;
    }
    return std::nan("");
}

bool allFinite(const TensorView& tensor) {
    switch (tensor.type) {
    case DataType::Fp32:
        return allFiniteAs<float>(tensor);
    case DataType::Fp64:
        return allFiniteAs<double>(tensor);
    case DataType::Fp16:
    case DataType::Bf16:
        for (std::size_t i = 0; i < tensor.data.size() / 2; ++i) {
            if (!std::isfinite(elementAsDouble(tensor, static_cast<std::int64_t>(i)))) {
                return false;
            }
        }
        return true;
    case DataType::Bool:
    case DataType::Uint8:
    case DataType::Uint16:
    case DataType::Uint32:
    case DataType::Uint64:
    case DataType::Int8:
    case DataType::Int16:
    case DataType::Int32:
    case DataType::Int64:
    case DataType::ByteString:
        return true;
    }
    return true;
}

} // namespace gnomon
