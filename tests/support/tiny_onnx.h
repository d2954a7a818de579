// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/bytes.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gnomon::test {

// ONNX files of a few nodes, written field by field, so that tests need neither a model zoo nor an exporter.
class TinyOnnx {
public:
    enum Type : std::uint64_t {
        Float = 1,
        Uint8 = 2,
        Int8 = 3,
        Uint16 = 4,
        Int16 = 5,
        Int32 = 6,
        Int64 = 7,
        String = 8,
        Bool = 9,
        Float16 = 10,
        Double = 11,
        Uint32 = 12,
        Uint64 = 13,
        Bfloat16 = 16
    };

    // A message's field with a number, or with bytes.
    static std::string number(unsigned field, std::uint64_t value) { return varint(field << 3) + varint(value); }
    static std::string bytes(unsigned field, std::string_view value) {
        return varint(field << 3 | 2) + varint(value.size()) + std::string(value);
    }

    // dims: -1 for any size.
    static std::string value(std::string_view name, Type type, const std::vector<std::int64_t>& dims) {
        std::string shape;
        for (const std::int64_t dim : dims) {
            shape += bytes(1, dim < 0 ? bytes(2, "N") : number(1, static_cast<std::uint64_t>(dim)));
        }
        return bytes(1, name) + bytes(2, bytes(1, number(1, type) + bytes(2, shape)));
    }
    static std::string node(std::string_view op, const std::vector<std::string>& inputs,
                            const std::vector<std::string>& outputs, std::string_view attributes = {},
                            std::string_view domain = {}) {
        std::string node;
        for (const std::string& input : inputs) {
            node += bytes(1, input);
        }
        for (const std::string& output : outputs) {
            node += bytes(2, output);
        }
        return node + bytes(4, op) + std::string(attributes) + (domain.empty() ? "" : bytes(7, domain));
    }

    // raw: the elements as they lie in memory.
    static std::string tensor(std::string_view name, Type type, const std::vector<std::int64_t>& dims,
                              std::string_view raw) {
        std::string shape;
        for (const std::int64_t dim : dims) {
            shape += number(1, static_cast<std::uint64_t>(dim));
        }
        return shape + number(2, type) + bytes(8, name) + bytes(9, raw);
    }

    // `to` is `from` after a loop that has no end: such a model loads, and never returns. At most one per model.
    TinyOnnx& addEndlessLoop(const std::string& from, const std::string& to, const std::vector<std::int64_t>& dims) {
        const std::string body = TinyOnnx()
                                     .add(node("Identity", {"again_in"}, {"again_out"}))
                                     .add(node("Identity", {"same_in"}, {"same_out"}))
                                     .input(value("iteration", Int64, {}))
                                     .input(value("again_in", Bool, {}))
                                     .input(value("same_in", Float, dims))
                                     .output(value("again_out", Bool, {}))
                                     .output(value("same_out", Float, dims))
                                     .graph();
        initializer(tensor("for_ever", Bool, {}, std::string(1, '\1')));
        return add(
            node("Loop", {"", "for_ever", from}, {to}, bytes(5, bytes(1, "body") + bytes(6, body) + number(20, 5))));
    }

    TinyOnnx& add(std::string_view node) { return field(1, node); }
    TinyOnnx& initializer(std::string_view tensor) { return field(5, tensor); }
    TinyOnnx& input(std::string_view value) { return field(11, value); }
    TinyOnnx& output(std::string_view value) { return field(12, value); }

    // The graph alone, for subgraphs.
    std::string graph() const { return m_graph + bytes(2, "g"); }
    // The whole file.
    std::string file() const {
        return number(1, 8) + bytes(7, graph()) + bytes(8, bytes(1, "") + number(2, 13)) +
               bytes(8, bytes(1, "ai.onnx.ml") + number(2, 2));
    }

    // y = x, FP32 [N, 2].
    static std::string identity() {
        return TinyOnnx()
            .add(node("Identity", {"x"}, {"y"}))
            .input(value("x", Float, {-1, 2}))
            .output(value("y", Float, {-1, 2}))
            .file();
    }

private:
    static std::string varint(std::uint64_t value) {
        std::string text;
        for (; value >= 0x80; value >>= 7) {
            text += static_cast<char>((value & 0x7f) | 0x80);
        }
        return text + static_cast<char>(value);
    }

    TinyOnnx& field(unsigned number, std::string_view value) {
        m_graph += bytes(number, value);
        return *this;
    }

    std::string m_graph;
};

} // namespace gnomon::test
