// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/domain/tensor.h"

#include <inference/grpc_service.pb.h>

#include <cstring>

namespace gnomon::test {

template <class Narrow, class Field>
void addElements(const Bytes& data, Field& field) {
    for (std::size_t at = 0; at + sizeof(Narrow) <= data.size(); at += sizeof(Narrow)) {
        Narrow value;
        std::memcpy(&value, data.data() + at, sizeof value);
        field.Add(value);
    }
}

// The tensor's elements in the typed field that the protocol gives its datatype, written down here once more so that
// tests do not believe the code under test. False for FP16 and BF16, which have none.
inline bool writeTyped(const Tensor& tensor, inference::InferTensorContents& contents) {
    switch (tensor.type) {
    case DataType::Bool:
        addElements<std::uint8_t>(tensor.data, *contents.mutable_bool_contents());
        return true;
    case DataType::Uint8:
        addElements<std::uint8_t>(tensor.data, *contents.mutable_uint_contents());
        return true;
    case DataType::Uint16:
        addElements<std::uint16_t>(tensor.data, *contents.mutable_uint_contents());
        return true;
    case DataType::Uint32:
        addElements<std::uint32_t>(tensor.data, *contents.mutable_uint_contents());
        return true;
    case DataType::Uint64:
        addElements<std::uint64_t>(tensor.data, *contents.mutable_uint64_contents());
        return true;
    case DataType::Int8:
        addElements<std::int8_t>(tensor.data, *contents.mutable_int_contents());
        return true;
    case DataType::Int16:
        addElements<std::int16_t>(tensor.data, *contents.mutable_int_contents());
        return true;
    case DataType::Int32:
        addElements<std::int32_t>(tensor.data, *contents.mutable_int_contents());
        return true;
    case DataType::Int64:
        addElements<std::int64_t>(tensor.data, *contents.mutable_int64_contents());
        return true;
    case DataType::Fp32:
        addElements<float>(tensor.data, *contents.mutable_fp32_contents());
        return true;
    case DataType::Fp64:
        addElements<double>(tensor.data, *contents.mutable_fp64_contents());
        return true;
    case DataType::ByteString:
        for (std::size_t at = 0; at + 4 <= tensor.data.size();) {
            std::uint32_t length = 0;
            std::memcpy(&length, tensor.data.data() + at, sizeof length);
            contents.add_bytes_contents(tensor.data.data() + at + 4, length);
            at += 4 + length;
        }
        return true;
    case DataType::Fp16:
    case DataType::Bf16:
        return false;
    }
    return false;
}

} // namespace gnomon::test
