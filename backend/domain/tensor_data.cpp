// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/domain/tensor_data.h"

#include <cstring>

namespace gnomon {

namespace {

std::string sizes(std::uint64_t expected, std::uint64_t got) {
    return "expected " + std::to_string(expected) + ", got " + std::to_string(got);
}

Error wrong(std::string reason) {
    return {ErrorCode::InvalidArgument, std::move(reason)};
}

Status checkByteStrings(std::uint64_t count, ByteView data) {
    std::uint64_t found = 0;
    while (!data.empty() && found < count) {
        std::uint32_t length = 0;
        if (data.size() < sizeof length) {
            return wrong("the length of element " + std::to_string(found) + " is cut short");
        }
        std::memcpy(&length, data.data(), sizeof length);
        data = data.subspan(sizeof length);
        if (data.size() < length) {
            return wrong("element " + std::to_string(found) + " is cut short: " + sizes(length, data.size()) +
                         " bytes");
        }
        data = data.subspan(length);
        ++found;
    }
    if (found < count) {
        return wrong("wrong number of elements: " + sizes(count, found));
    }
    return data.empty() ? Status{} : wrong(std::to_string(data.size()) + " bytes follow the last element");
}

} // namespace

Status checkData(DataType type, std::int64_t count, ByteView data) {
    const auto elements = static_cast<std::uint64_t>(count);
    if (type == DataType::ByteString) {
        return checkByteStrings(elements, data);
    }
    const std::uint64_t expected = elements * elementSize(type);
    return data.size() == expected ? Status{} : wrong("wrong number of bytes: " + sizes(expected, data.size()));
}

} // namespace gnomon
