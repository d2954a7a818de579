// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/wire/tensor_reader.h"
#include "backend/domain/tensor_data.h"

#include <bit>
#include <cstring>
#include <limits>

static_assert(std::endian::native == std::endian::little, "tensors are viewed as they travel: little-endian");
static_assert(sizeof(bool) == 1);

namespace gnomon::wire {

namespace {

constexpr int kMostDimensions = 32;

// The typed field that a datatype's elements belong in, in the order of the protocol.
enum class TypedField { Bool, Int, Int64, Uint, Uint64, Fp32, Fp64, Text, None };

TypedField fieldOf(DataType type) {
    switch (type) {
    case DataType::Bool:
        return TypedField::Bool;
    case DataType::Int8:
    case DataType::Int16:
    case DataType::Int32:
        return TypedField::Int;
    case DataType::Int64:
        return TypedField::Int64;
    case DataType::Uint8:
    case DataType::Uint16:
    case DataType::Uint32:
        return TypedField::Uint;
    case DataType::Uint64:
        return TypedField::Uint64;
    case DataType::Fp32:
        return TypedField::Fp32;
    case DataType::Fp64:
        return TypedField::Fp64;
    case DataType::ByteString:
        return TypedField::Text;
    case DataType::Fp16:
    case DataType::Bf16:
        return TypedField::None;
    }
    return TypedField::None;
}

// Elements per typed field, in the order of TypedField.
std::array<int, 8> sizesOf(const inference::InferTensorContents& contents) {
    return {contents.bool_contents_size(), contents.int_contents_size(),    contents.int64_contents_size(),
            contents.uint_contents_size(), contents.uint64_contents_size(), contents.fp32_contents_size(),
            contents.fp64_contents_size(), contents.bytes_contents_size()};
}

template <class Field>
ByteView viewOf(const Field& field) {
    return {reinterpret_cast<const std::uint8_t*>(field.data()),
            static_cast<std::size_t>(field.size()) * sizeof(typename Field::value_type)};
}

std::string sizes(std::size_t expected, std::size_t got) {
    return "expected " + std::to_string(expected) + ", got " + std::to_string(got);
}

} // namespace

Error TensorReader::refusal(std::string_view tensor, std::string_view field, std::string reason) const {
    return {ErrorCode::InvalidArgument,
            std::string(m_what) + " '" + printable(tensor, 80) + "' of '" + printable(m_model, 80) +
                "' is refused: " + std::move(reason),
            "", std::string(field)};
}

Status TensorReader::add(const WireTensor& tensor) {
    if (tensor.name.empty()) {
        return refusal(tensor.name, "name", "it has no name");
    }
    if (!m_names.insert(tensor.name).second) {
        return refusal(tensor.name, "name", "the name occurs twice");
    }
    const Result<DataType> type = parseDataType(tensor.datatype);
    if (!type.ok()) {
        return refusal(tensor.name, "datatype", type.error().message);
    }
    if (tensor.shape.size() > kMostDimensions) {
        return refusal(tensor.name, "shape", "it has more than " + std::to_string(kMostDimensions) + " dimensions");
    }
    std::vector<std::int64_t> shape(tensor.shape.begin(), tensor.shape.end());
    const Result<std::int64_t> count = elementCount(shape);
    if (!count.ok()) {
        return refusal(tensor.name, "shape", count.error().message);
    }
    const auto elements = static_cast<std::size_t>(*count);
    if (tensor.raw != nullptr && tensor.typed != nullptr) {
        return refusal(tensor.name, "contents", "contents must not be set when raw contents are used");
    }
    GNOMON_ASSIGN(const ByteView bytes,
                  tensor.raw != nullptr ? rawBytes(tensor, *type, *count) : typedBytes(tensor, *type, elements));
    m_tensors.push_back({tensor.name, *type, std::move(shape), bytes});
    return {};
}

Result<ByteView> TensorReader::rawBytes(const WireTensor& tensor, DataType type, std::int64_t count) const {
    const ByteView bytes = asBytes(*tensor.raw);
    if (const Status good = checkData(type, count, bytes); !good.ok()) {
        return refusal(tensor.name, "raw_contents", good.error().message);
    }
    if (type == DataType::Bool) {
        for (const std::uint8_t value : bytes) {
            if (value > 1) {
                return refusal(tensor.name, "raw_contents", "an element of type BOOL is neither 0 nor 1");
            }
        }
    }
    return bytes;
}

Result<ByteView> TensorReader::typedBytes(const WireTensor& tensor, DataType type, std::size_t count) {
    if (tensor.typed == nullptr) {
        if (count == 0) {
            return ByteView{};
        }
        return refusal(tensor.name, "contents", "no data was sent for it");
    }
    const inference::InferTensorContents& contents = *tensor.typed;
    const TypedField expected = fieldOf(type);
    const std::array<int, 8> filled = sizesOf(contents);
    for (std::size_t i = 0; i < filled.size(); ++i) {
        if (filled[i] > 0 && i != static_cast<std::size_t>(expected)) {
            return refusal(tensor.name, "contents",
                           "contents are in a field that does not belong to " + tensor.datatype);
        }
    }
    if (expected == TypedField::None && count > 0) {
        return refusal(tensor.name, "contents", tensor.datatype + " can be sent as raw contents only");
    }
    const std::size_t got =
        expected == TypedField::None ? 0 : static_cast<std::size_t>(filled[static_cast<std::size_t>(expected)]);
    if (got != count) {
        return refusal(tensor.name, "contents", "wrong number of elements: " + sizes(count, got));
    }
    switch (type) {
    case DataType::Bool:
        return viewOf(contents.bool_contents());
    case DataType::Int8:
        return narrowed<std::int8_t>(tensor, contents.int_contents());
    case DataType::Int16:
        return narrowed<std::int16_t>(tensor, contents.int_contents());
    case DataType::Int32:
        return viewOf(contents.int_contents());
    case DataType::Int64:
        return viewOf(contents.int64_contents());
    case DataType::Uint8:
        return narrowed<std::uint8_t>(tensor, contents.uint_contents());
    case DataType::Uint16:
        return narrowed<std::uint16_t>(tensor, contents.uint_contents());
    case DataType::Uint32:
        return viewOf(contents.uint_contents());
    case DataType::Uint64:
        return viewOf(contents.uint64_contents());
    case DataType::Fp32:
        return viewOf(contents.fp32_contents());
    case DataType::Fp64:
        return viewOf(contents.fp64_contents());
    case DataType::ByteString: {
        Bytes bytes;
        for (const std::string& element : contents.bytes_contents()) {
            const auto length = static_cast<std::uint32_t>(element.size());
            const auto* prefix = reinterpret_cast<const std::uint8_t*>(&length);
            bytes.insert(bytes.end(), prefix, prefix + sizeof length);
            bytes.insert(bytes.end(), element.begin(), element.end());
        }
        return keep(std::move(bytes));
    }
    case DataType::Fp16:
    case DataType::Bf16:
        break;
    }
    return ByteView{};
}

template <class Narrow, class Field>
Result<ByteView> TensorReader::narrowed(const WireTensor& tensor, const Field& field) {
    Bytes bytes(static_cast<std::size_t>(field.size()) * sizeof(Narrow));
    std::size_t at = 0;
    for (const auto wide : field) {
        if (!std::in_range<Narrow>(wide)) {
            return refusal(tensor.name, "contents", std::to_string(wide) + " does not fit " + tensor.datatype);
        }
        const auto narrow = static_cast<Narrow>(wide);
        std::memcpy(bytes.data() + at, &narrow, sizeof narrow);
        at += sizeof narrow;
    }
    return keep(std::move(bytes));
}

ByteView TensorReader::keep(Bytes bytes) {
    m_converted.push_back(std::move(bytes));
    return m_converted.back();
}

TensorSet TensorReader::finish(std::shared_ptr<const void> owner) {
    if (!m_converted.empty()) {
        // Moving a deque keeps its elements, and so the views, where they are.
        owner = std::make_shared<const std::pair<std::shared_ptr<const void>, std::deque<Bytes>>>(
            std::move(owner), std::move(m_converted));
    }
    return {std::move(m_tensors), std::move(owner)};
}

} // namespace gnomon::wire
