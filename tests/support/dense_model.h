// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/tiny_onnx.h"

#include <cstring>
#include <string>
#include <vector>

namespace gnomon::test {

// x, FP32 [N, 2], through layers of so many neurons to y, FP32 [N, 2]: a model whose calls take milliseconds of a
// processor, which the loads of overload tests can be many times of.
inline std::string denseModel(int layers, int width) {
    const auto weights = [](const std::string& name, int rows, int columns) {
        const std::vector<float> values(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns), 0.001F);
        std::string raw(values.size() * sizeof(float), '\0');
        std::memcpy(raw.data(), values.data(), raw.size());
        return TinyOnnx::tensor(name, TinyOnnx::Float, {rows, columns}, raw);
    };
    TinyOnnx model;
    model.initializer(weights("w0", 2, width)).add(TinyOnnx::node("MatMul", {"x", "w0"}, {"h0"}));
    for (int i = 0; i < layers; ++i) {
        const std::string from = std::to_string(i);
        const std::string to = std::to_string(i + 1);
        model.initializer(weights("w" + to, width, width))
            .add(TinyOnnx::node("MatMul", {"h" + from, "w" + to}, {"m" + to}))
            .add(TinyOnnx::node("Relu", {"m" + to}, {"h" + to}));
    }
    const std::string last = std::to_string(layers);
    model.initializer(weights("out", width, 2)).add(TinyOnnx::node("MatMul", {"h" + last, "out"}, {"y"}));
    return model.input(TinyOnnx::value("x", TinyOnnx::Float, {-1, 2}))
        .output(TinyOnnx::value("y", TinyOnnx::Float, {-1, 2}))
        .file();
}

// A budget that no queue uses up: what is measured is who is let in.
inline constexpr const char* kDenseToml =
    "[initial]\nproduction = 1\nchain = [\"refuse\"]\n[budget]\nmilliseconds = 10000\n";

} // namespace gnomon::test
