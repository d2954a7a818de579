// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/engine/onnx_tensors.h"

#include <cstring>
#include <map>

namespace gnomon::engine {

namespace {

ONNXTensorElementDataType elementTypeOf(DataType type) {
    switch (type) {
    case DataType::Bool:
        return ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL;
    case DataType::Uint8:
        return ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8;
    case DataType::Uint16:
        return ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT16;
    case DataType::Uint32:
        return ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT32;
    case DataType::Uint64:
        return ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT64;
    case DataType::Int8:
        return ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8;
    case DataType::Int16:
        return ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16;
    case DataType::Int32:
        return ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32;
    case DataType::Int64:
        return ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64;
    case DataType::Fp16:
        return ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16;
    case DataType::Fp32:
        return ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
    case DataType::Fp64:
        return ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE;
    case DataType::ByteString:
        return ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING;
    case DataType::Bf16:
        return ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16;
    }
    return ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
}

Error malformed(const TensorView& tensor) {
    return {ErrorCode::InvalidArgument,
            "input '" + printable(tensor.name, 80) + "': its bytes do not agree with its shape"};
}

Result<Ort::Value> toStrings(const TensorView& tensor, std::size_t count) {
    Ort::AllocatorWithDefaultOptions allocator;
    Ort::Value value = Ort::Value::CreateTensor(allocator, tensor.shape.data(), tensor.shape.size(),
                                                ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING);
    ByteView rest = tensor.data;
    for (std::size_t i = 0; i < count; ++i) {
        std::uint32_t length = 0;
        if (rest.size() < sizeof length) {
            return malformed(tensor);
        }
        std::memcpy(&length, rest.data(), sizeof length);
        rest = rest.subspan(sizeof length);
        if (rest.size() < length) {
            return malformed(tensor);
        }
        // Not the call that takes a C string: elements may hold any byte.
        char* element = value.GetResizedStringTensorElementBuffer(i, length);
        std::memcpy(element, rest.data(), length);
        rest = rest.subspan(length);
    }
    if (!rest.empty()) {
        return malformed(tensor);
    }
    return value;
}

Bytes fromStrings(const Ort::Value& value, std::size_t count) {
    const std::size_t length = value.GetStringTensorDataLength();
    std::vector<std::size_t> starts(count + 1, length);
    std::vector<char> text(length + 1);
    if (count > 0) {
        value.GetStringTensorContent(text.data(), length, starts.data(), count);
    }
    Bytes bytes;
    bytes.reserve(length + count * sizeof(std::uint32_t));
    for (std::size_t i = 0; i < count; ++i) {
        const auto size = static_cast<std::uint32_t>(starts[i + 1] - starts[i]);
        const auto* prefix = reinterpret_cast<const std::uint8_t*>(&size);
        bytes.insert(bytes.end(), prefix, prefix + sizeof size);
        bytes.insert(bytes.end(), text.data() + starts[i], text.data() + starts[i] + size);
    }
    return bytes;
}

ByteView keep(Bytes bytes, std::list<Bytes>& copies) {
    copies.push_back(std::move(bytes));
    return copies.back();
}

// The keys of one map as text, in its own order.
std::vector<std::string> keysOf(const Ort::Value& keys) {
    const Ort::TensorTypeAndShapeInfo info = keys.GetTensorTypeAndShapeInfo();
    const std::size_t count = info.GetElementCount();
    std::vector<std::string> texts;
    texts.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        texts.push_back(info.GetElementType() == ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING
                            ? keys.GetStringTensorElement(i)
                            : std::to_string(keys.GetTensorData<std::int64_t>()[i]));
    }
    return texts;
}

} // namespace

std::optional<DataType> dataTypeOf(ONNXTensorElementDataType type) {
    for (int i = 0; i <= static_cast<int>(DataType::Bf16); ++i) {
        if (elementTypeOf(static_cast<DataType>(i)) == type) {
            return static_cast<DataType>(i);
        }
    }
    return {};
}

Result<Ort::Value> toValue(const TensorView& tensor, std::list<Bytes>& copies) {
    const Result<std::int64_t> elements = elementCount(tensor.shape);
    if (!elements.ok()) {
        return malformed(tensor);
    }
    const auto count = static_cast<std::size_t>(*elements);
    if (tensor.type == DataType::ByteString) {
        return toStrings(tensor, count);
    }
    if (tensor.data.size() != count * elementSize(tensor.type)) {
        return malformed(tensor);
    }
    ByteView bytes = tensor.data;
    if (bytes.empty() || reinterpret_cast<std::uintptr_t>(bytes.data()) % elementSize(tensor.type) != 0) {
        Bytes copy(bytes.begin(), bytes.end());
        copy.resize(std::max<std::size_t>(copy.size(), 1)); // the runtime wants an address, even of nothing
        bytes = keep(std::move(copy), copies).first(tensor.data.size());
    }
    // The runtime takes a mutable address for inputs and outputs alike; it does not write to inputs.
    static const Ort::MemoryInfo memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
    return Ort::Value::CreateTensor(memory, const_cast<std::uint8_t*>(bytes.data()), bytes.size(), tensor.shape.data(),
                                    tensor.shape.size(), elementTypeOf(tensor.type));
}

TensorView toView(std::string_view name, const Ort::Value& value, std::list<Bytes>& copies) {
    const Ort::TensorTypeAndShapeInfo info = value.GetTensorTypeAndShapeInfo();
    const DataType type = *dataTypeOf(info.GetElementType());
    const std::size_t count = info.GetElementCount();
    TensorView view{name, type, info.GetShape(), {}};
    if (type == DataType::ByteString) {
        view.data = keep(fromStrings(value, count), copies);
    } else if (count > 0) {
        view.data = {static_cast<const std::uint8_t*>(value.GetTensorRawData()), count * elementSize(type)};
    }
    return view;
}

Result<TensorView> flattenMaps(std::string_view name, const Ort::Value& value,
                               const std::vector<std::string>& classNames, std::list<Bytes>& copies) {
    Ort::AllocatorWithDefaultOptions allocator;
    std::map<std::string_view, std::size_t> columns;
    for (std::size_t i = 0; i < classNames.size(); ++i) {
        columns.emplace(classNames[i], i);
    }
    const std::size_t rows = value.GetCount();
    std::vector<float> table(rows * classNames.size());
    for (std::size_t row = 0; row < rows; ++row) {
        const Ort::Value map = value.GetValue(static_cast<int>(row), allocator);
        const std::vector<std::string> keys = keysOf(map.GetValue(0, allocator));
        const Ort::Value values = map.GetValue(1, allocator);
        const float* scores = values.GetTensorData<float>();
        for (std::size_t i = 0; i < keys.size(); ++i) {
            const auto column = columns.find(keys[i]);
            if (column == columns.end()) {
                return Error{ErrorCode::Internal, "output '" + printable(name, 80) + "' has a class '" +
                                                      printable(keys[i], 80) + "' that the model does not declare"};
            }
            table[row * classNames.size() + column->second] = scores[i];
        }
    }
    const auto* start = reinterpret_cast<const std::uint8_t*>(table.data());
    const ByteView bytes = keep(Bytes(start, start + table.size() * sizeof(float)), copies);
    return TensorView{
        name, DataType::Fp32, {static_cast<std::int64_t>(rows), static_cast<std::int64_t>(classNames.size())}, bytes};
}

} // namespace gnomon::engine
