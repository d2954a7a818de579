// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/repository/golden_case.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstring>
#include <limits>

namespace gnomon::serving {

namespace {

using Json = nlohmann::json;

constexpr std::int64_t kMostElements = 16 << 20;

template <class T>
void append(Bytes& data, T value) {
    const std::size_t at = data.size();
    data.resize(at + sizeof value);
    std::memcpy(data.data() + at, &value, sizeof value);
}

double numberOf(const Json& value) {
    if (value.is_string()) {
        const std::string& text = value.get_ref<const std::string&>();
        const double infinity = std::numeric_limits<double>::infinity();
        if (text == "NaN") {
            return std::numeric_limits<double>::quiet_NaN();
        }
        if (text == "Infinity" || text == "-Infinity") {
            return text[0] == '-' ? -infinity : infinity;
        }
    }
    return value.get<double>(); // throws for everything that is not a number
}

template <class T>
void appendInteger(Bytes& data, const Json& value) {
    if (!value.is_number_integer()) {
        throw std::domain_error("an element is not a whole number");
    }
    const bool fits = value.is_number_unsigned()
                          ? value.get<std::uint64_t>() <= static_cast<std::uint64_t>(std::numeric_limits<T>::max())
                          : std::is_signed_v<T> &&
                                value.get<std::int64_t>() >= static_cast<std::int64_t>(std::numeric_limits<T>::min());
    if (!fits) {
        throw std::domain_error("an element does not fit its datatype");
    }
    append(data, value.get<T>());
}

void appendElement(Bytes& data, DataType type, const Json& value) {
    switch (type) {
    case DataType::Bool:
        return append<std::uint8_t>(data, value.get<bool>() ? 1 : 0);
    case DataType::Uint8:
        return appendInteger<std::uint8_t>(data, value);
    case DataType::Uint16:
    case DataType::Fp16:
    case DataType::Bf16:
        return appendInteger<std::uint16_t>(data, value);
    case DataType::Uint32:
        return appendInteger<std::uint32_t>(data, value);
    case DataType::Uint64:
        return appendInteger<std::uint64_t>(data, value);
    case DataType::Int8:
        return appendInteger<std::int8_t>(data, value);
    case DataType::Int16:
        return appendInteger<std::int16_t>(data, value);
    case DataType::Int32:
        return appendInteger<std::int32_t>(data, value);
    case DataType::Int64:
        return appendInteger<std::int64_t>(data, value);
    case DataType::Fp32:
        return append(data, static_cast<float>(numberOf(value)));
    case DataType::Fp64:
        return append(data, numberOf(value));
    case DataType::ByteString: {
        const std::string& text = value.get_ref<const std::string&>();
        append(data, static_cast<std::uint32_t>(text.size()));
        data.insert(data.end(), text.begin(), text.end());
        return;
    }
    }
}

Result<Tensor> tensorOf(const Json& json) {
    Tensor tensor;
    tensor.name = json.at("name").get<std::string>();
    GNOMON_ASSIGN(tensor.type, parseDataType(json.at("datatype").get<std::string>()));
    tensor.shape = json.at("shape").get<std::vector<std::int64_t>>();
    GNOMON_ASSIGN(const std::int64_t count, elementCount(tensor.shape));
    const Json* fill = json.contains("fill") ? &json.at("fill") : nullptr;
    const bool matches = fill != nullptr || static_cast<std::int64_t>(json.at("data").size()) == count;
    if (count > kMostElements || !matches) {
        return Error{ErrorCode::InvalidArgument,
                     "tensor '" + printable(tensor.name, 80) + "' does not have the elements that its shape states"};
    }
    for (std::int64_t i = 0; i < count; ++i) {
        appendElement(tensor.data, tensor.type, fill != nullptr ? *fill : json["data"][static_cast<std::size_t>(i)]);
    }
    return tensor;
}

Result<std::vector<Tensor>> tensorsOf(const Json& json) {
    std::vector<Tensor> tensors;
    for (const Json& entry : json) {
        GNOMON_ASSIGN(Tensor tensor, tensorOf(entry));
        tensors.push_back(std::move(tensor));
    }
    return tensors;
}

bool isFloating(DataType type) {
    return type == DataType::Fp16 || type == DataType::Bf16 || type == DataType::Fp32 || type == DataType::Fp64;
}

bool near(double is, double must, const GoldenCase& golden) {
    if (std::isnan(is) || std::isnan(must) || std::isinf(is) || std::isinf(must)) {
        return (std::isnan(is) && std::isnan(must)) || is == must;
    }
    return std::abs(is - must) <= golden.atol + golden.rtol * std::abs(must);
}

Status checkTensor(const GoldenCase& golden, const TensorView& is, const Tensor& must) {
    const std::string where = "golden case '" + golden.name + "', output '" + printable(must.name, 80) + "'";
    const bool sizes = is.data.size() == must.data.size() || must.type == DataType::ByteString;
    if (is.type != must.type || is.shape != must.shape || !sizes) {
        return Error{ErrorCode::FailedPrecondition, where + ": datatype or shape differ from what was recorded"};
    }
    if (!isFloating(must.type)) {
        if (!std::equal(is.data.begin(), is.data.end(), must.data.begin(), must.data.end())) {
            return Error{ErrorCode::FailedPrecondition, where + ": the values differ from what was recorded"};
        }
        return {};
    }
    const TensorView expected{must.name, must.type, must.shape, must.data};
    const auto count = static_cast<std::int64_t>(must.data.size() / elementSize(must.type));
    for (std::int64_t i = 0; i < count; ++i) {
        const double a = elementAsDouble(is, i);
        const double b = elementAsDouble(expected, i);
        if (!near(a, b, golden)) {
            return Error{ErrorCode::FailedPrecondition, where + ", element " + std::to_string(i) + ": is " +
                                                            std::to_string(a) + ", was recorded as " +
                                                            std::to_string(b)};
        }
    }
    return {};
}

} // namespace

Result<GoldenCase> parseGoldenCase(std::string_view json, const std::string& name) {
    const auto wrong = [&name](const std::string& why) {
        return Error{ErrorCode::InvalidArgument, "golden case '" + name + "' is not understood: " + printable(why)};
    };
    try {
        const Json parsed = Json::parse(json);
        GoldenCase golden;
        golden.name = name;
        golden.rtol = parsed.value("rtol", golden.rtol);
        golden.atol = parsed.value("atol", golden.atol);
        auto inputs = tensorsOf(parsed.at("inputs"));
        auto outputs = tensorsOf(parsed.at("outputs"));
        if (!inputs.ok() || !outputs.ok()) {
            return wrong((inputs.ok() ? outputs.error() : inputs.error()).message);
        }
        golden.inputs = *std::move(inputs);
        golden.outputs = *std::move(outputs);
        return golden;
    } catch (const std::exception& problem) { // from the JSON library, or an element that does not fit
        return wrong(problem.what());
    }
}

Status checkGoldenCase(const GoldenCase& golden, const TensorSet& outputs) {
    for (const Tensor& must : golden.outputs) {
        const TensorView* is = outputs.find(must.name);
        if (is == nullptr) {
            return Error{ErrorCode::FailedPrecondition, "golden case '" + golden.name + "': the model has no output '" +
                                                            printable(must.name, 80) + "'"};
        }
        GNOMON_TRY(checkTensor(golden, *is, must));
    }
    return {};
}

} // namespace gnomon::serving
