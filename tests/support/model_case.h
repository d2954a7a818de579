// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/domain/tensor.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

namespace gnomon::test {

// The folder of real models and hostile files; nothing when GNOMON_TEST_DATA is not set.
inline std::optional<std::filesystem::path> testData() {
    const char* folder = std::getenv("GNOMON_TEST_DATA");
    return folder == nullptr || *folder == '\0' ? std::nullopt : std::optional<std::filesystem::path>(folder);
}

// A real model with known answers: models/NAME/{model.onnx,case.json} of the test data.
struct ModelCase {
    std::filesystem::path model;
    std::vector<Tensor> inputs;
    std::vector<Tensor> expected;
    std::vector<std::string> classNames; // of the flattened map among the outputs, if there is one
    std::string flattened;               // its name
    double rtol = 1e-4;
    double atol = 1e-5;

    static ModelCase load(const std::filesystem::path& folder) {
        std::ifstream file(folder / "case.json");
        const nlohmann::json json = nlohmann::json::parse(file);
        ModelCase result;
        result.model = folder / "model.onnx";
        result.rtol = json.value("rtol", result.rtol);
        result.atol = json.value("atol", result.atol);
        for (const auto& tensor : json.value("inputs", nlohmann::json::array())) {
            result.inputs.push_back(read(tensor));
        }
        for (const auto& tensor : json.value("outputs", nlohmann::json::array())) {
            result.expected.push_back(read(tensor));
        }
        if (json.contains("non_tensor_expected")) {
            result.addFlattened(json["non_tensor_expected"]);
        }
        return result;
    }

    // Empty when the outputs are the expected ones; otherwise the first difference.
    std::string difference(const TensorSet& outputs) const {
        for (const Tensor& wanted : expected) {
            const TensorView* got = outputs.find(wanted.name);
            if (got == nullptr) {
                return "no output '" + wanted.name + "'";
            }
            if (got->type != wanted.type || got->shape != wanted.shape) {
                return "output '" + wanted.name + "' has another type or shape";
            }
            if (wanted.type == DataType::ByteString) {
                if (Bytes(got->data.begin(), got->data.end()) != wanted.data) {
                    return "output '" + wanted.name + "' has other texts";
                }
                continue;
            }
            const TensorView view{wanted.name, wanted.type, wanted.shape, wanted.data};
            for (std::int64_t i = 0; i < *elementCount(wanted.shape); ++i) {
                const double a = elementAsDouble(*got, i);
                const double b = elementAsDouble(view, i);
                const bool same =
                    a == b || (std::isnan(a) && std::isnan(b)) || std::abs(a - b) <= atol + rtol * std::abs(b);
                if (!same) {
                    return "output '" + wanted.name + "'[" + std::to_string(i) + "] is " + std::to_string(a) +
                           ", expected " + std::to_string(b);
                }
            }
        }
        return "";
    }

private:
    template <class T>
    static void append(Bytes& bytes, T value) {
        const auto* start = reinterpret_cast<const std::uint8_t*>(&value);
        bytes.insert(bytes.end(), start, start + sizeof value);
    }

    static double real(const nlohmann::json& value) {
        return value.is_string() ? std::strtod(value.get<std::string>().c_str(), nullptr) : value.get<double>();
    }

    static void appendElement(Bytes& bytes, DataType type, const nlohmann::json& value) {
        switch (type) {
        case DataType::Fp32:
            return append(bytes, static_cast<float>(real(value)));
        case DataType::Fp64:
            return append(bytes, real(value));
        case DataType::ByteString: {
            const auto text = value.get<std::string>();
            append(bytes, static_cast<std::uint32_t>(text.size()));
            bytes.insert(bytes.end(), text.begin(), text.end());
            return;
        }
        case DataType::Uint64:
            return append(bytes, value.get<std::uint64_t>());
        default: { // integers of every width, booleans, and half floats as bit patterns: the low bytes
            const std::int64_t number = value.is_boolean() ? value.get<bool>() : value.get<std::int64_t>();
            const auto* start = reinterpret_cast<const std::uint8_t*>(&number);
            bytes.insert(bytes.end(), start, start + elementSize(type));
        }
        }
    }

    static Tensor read(const nlohmann::json& json) {
        Tensor tensor{json["name"], *parseDataType(json["datatype"].get<std::string>()), json["shape"], {}};
        if (json.contains("fill")) {
            for (std::int64_t i = 0; i < *elementCount(tensor.shape); ++i) {
                appendElement(tensor.data, tensor.type, json["fill"]);
            }
        } else {
            for (const auto& value : json["data"]) {
                appendElement(tensor.data, tensor.type, value);
            }
        }
        return tensor;
    }

    void addFlattened(const nlohmann::json& json) {
        flattened = json["name"];
        Tensor tensor{flattened, DataType::Fp32, {}, {}};
        for (const auto& key : json["keys"]) {
            classNames.push_back(key.is_string() ? key.get<std::string>() : key.dump());
        }
        tensor.shape = {static_cast<std::int64_t>(json["per_row"].size()),
                        static_cast<std::int64_t>(classNames.size())};
        for (const auto& row : json["per_row"]) {
            for (const auto& value : row) {
                appendElement(tensor.data, DataType::Fp32, value);
            }
        }
        expected.push_back(std::move(tensor));
    }
};

} // namespace gnomon::test
