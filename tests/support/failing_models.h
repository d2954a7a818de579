// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/files.h"
#include "backend/client/inference_client.h"
#include "tests/support/model_case.h"
#include "tests/support/tiny_onnx.h"

#include <cstring>
#include <string>

namespace gnomon::test {

// Each endpoint has one version that fails in its own way and a constant behind it. Made without golden cases, so that
// the failing ones pass their trial and really serve.
inline std::string failingToml() {
    return "[initial]\nproduction = 1\nchain = [\"constant\"]\n"
           "[budget]\nmilliseconds = 2000\n"
           "[[constant]]\nname = \"y\"\ndatatype = \"FP32\"\nshape = [1, 2]\ndata = [0.25, 0.75]\n";
}

// y = 0 * x / 0: NaN for every row.
inline std::string nanModel() {
    const std::string zero = TinyOnnx::tensor("zero", TinyOnnx::Float, {1}, std::string(4, '\0'));
    return TinyOnnx()
        .add(TinyOnnx::node("Mul", {"x", "zero"}, {"a"}))
        .add(TinyOnnx::node("Div", {"a", "zero"}, {"y"}))
        .initializer(zero)
        .input(TinyOnnx::value("x", TinyOnnx::Float, {-1, 2}))
        .output(TinyOnnx::value("y", TinyOnnx::Float, {-1, 2}))
        .file();
}

// Reshapes to a shape that two numbers per row never have: fails when it runs, not when it loads.
inline std::string failingModel() {
    std::int64_t five = 5;
    std::string bytes(sizeof five, '\0');
    std::memcpy(bytes.data(), &five, sizeof five);
    const std::string shape = TinyOnnx::tensor("shape", TinyOnnx::Int64, {1}, bytes);
    return TinyOnnx()
        .add(TinyOnnx::node("Reshape", {"x", "shape"}, {"flat"}))
        .add(TinyOnnx::node("Mul", {"x", "x"}, {"y"}))
        .add(TinyOnnx::node("Identity", {"flat"}, {"z"}))
        .initializer(shape)
        .input(TinyOnnx::value("x", TinyOnnx::Float, {-1, 2}))
        .output(TinyOnnx::value("y", TinyOnnx::Float, {-1, 2}))
        .output(TinyOnnx::value("z", TinyOnnx::Float, {-1}))
        .file();
}

// Loads and never returns: X, FP32 [1], to Y. loop_forever.onnx of the test data where that is there, or one like it.
inline std::string loopingModel() {
    if (const auto data = testData()) {
        return readFile(*data / "bad/derived/loop_forever.onnx").value();
    }
    return TinyOnnx()
        .addEndlessLoop("X", "Y", {1})
        .input(TinyOnnx::value("X", TinyOnnx::Float, {1}))
        .output(TinyOnnx::value("Y", TinyOnnx::Float, {1}))
        .file();
}

inline constexpr const char* kLoopingToml =
    "[initial]\nproduction = 1\nchain = [\"constant\"]\n[budget]\nmilliseconds = 2000\n"
    "[[constant]]\nname = \"Y\"\ndatatype = \"FP32\"\nshape = [1]\ndata = [0.5]\n";

inline client::InferCall callOf(const std::string& model, std::chrono::milliseconds deadline) {
    client::InferCall call;
    call.model = model;
    const float values[] = {1.0F, 2.0F};
    Tensor tensor{"x", DataType::Fp32, {1, 2}, Bytes(sizeof values)};
    std::memcpy(tensor.data.data(), values, sizeof values);
    call.inputs = makeTensorSet({std::move(tensor)});
    call.deadline = deadline;
    return call;
}

inline client::InferCall loopingCall(std::chrono::milliseconds deadline) {
    client::InferCall call = callOf("looping", deadline);
    call.inputs = makeTensorSet({Tensor{"X", DataType::Fp32, {1}, Bytes(sizeof(float))}});
    return call;
}

} // namespace gnomon::test
