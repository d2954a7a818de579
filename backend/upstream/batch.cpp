// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/upstream/batch.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace gnomon::upstream {

namespace {

bool isReal(DataType type) {
    return type == DataType::Fp16 || type == DataType::Bf16 || type == DataType::Fp32 || type == DataType::Fp64;
}

// How many bytes the first `elements` BYTES elements take; nothing when they are cut short.
std::optional<std::size_t> textBytes(ByteView bytes, std::int64_t elements) {
    std::size_t at = 0;
    for (std::int64_t i = 0; i < elements; ++i) {
        std::uint32_t length = 0;
        if (bytes.size() - at < sizeof length) {
            return {};
        }
        std::memcpy(&length, bytes.data() + at, sizeof length);
        at += sizeof length;
        if (bytes.size() - at < length) {
            return {};
        }
        at += length;
    }
    return at;
}

// Cuts the next rows off the front of `rest`.
std::optional<TensorView> takeRows(const TensorView& output, std::int64_t total, std::int64_t rows, ByteView& rest) {
    TensorView part{output.name, output.type, output.shape, {}};
    part.shape.front() = rows;
    const Result<std::int64_t> elements = elementCount(part.shape);
    if (!elements.ok()) {
        return {};
    }
    const std::optional<std::size_t> size =
        output.type == DataType::ByteString
            ? textBytes(rest, *elements)
            : output.data.size() / static_cast<std::size_t>(total) * static_cast<std::size_t>(rows);
    if (!size || *size > rest.size()) {
        return {};
    }
    part.data = rest.first(*size);
    rest = rest.subspan(*size);
    return part;
}

bool sameValues(const TensorView& a, const TensorView& b) {
    if (!isReal(a.type)) {
        return std::equal(a.data.begin(), a.data.end(), b.data.begin(), b.data.end());
    }
    const double tolerance = a.type == DataType::Fp64 ? 1e-9 : a.type == DataType::Fp32 ? 1e-4 : 1e-2;
    const auto count = static_cast<std::int64_t>(a.data.size() / elementSize(a.type));
    for (std::int64_t i = 0; i < count; ++i) {
        const double x = elementAsDouble(a, i);
        const double y = elementAsDouble(b, i);
        const bool same = x == y || (std::isnan(x) && std::isnan(y)) ||
                          std::abs(x - y) <= tolerance * std::max(1.0, std::max(std::abs(x), std::abs(y)));
        if (!same) {
            return false;
        }
    }
    return true;
}

} // namespace

std::optional<std::int64_t> rowsOf(const TensorSet& inputs) {
    std::optional<std::int64_t> rows;
    for (const TensorView& tensor : inputs.tensors) {
        if (tensor.shape.empty() || tensor.shape.front() < 1 || (rows && *rows != tensor.shape.front())) {
            return {};
        }
        rows = tensor.shape.front();
    }
    return rows;
}

bool canJoin(const TensorSet& a, const TensorSet& b) {
    return std::equal(a.tensors.begin(), a.tensors.end(), b.tensors.begin(), b.tensors.end(),
                      [](const TensorView& x, const TensorView& y) {
                          return x.name == y.name && x.type == y.type && x.shape.size() == y.shape.size() &&
                                 std::equal(x.shape.begin() + 1, x.shape.end(), y.shape.begin() + 1);
                      });
}

TensorSet joinRows(const std::vector<TensorSet>& requests) {
    std::vector<Tensor> joined;
    for (std::size_t i = 0; i < requests.front().tensors.size(); ++i) {
        const TensorView& first = requests.front().tensors[i];
        Tensor tensor{std::string(first.name), first.type, first.shape, {}};
        tensor.shape.front() = 0;
        for (const TensorSet& request : requests) {
            const TensorView& part = request.tensors[i];
            tensor.shape.front() += part.shape.front();
            tensor.data.insert(tensor.data.end(), part.data.begin(), part.data.end());
        }
        joined.push_back(std::move(tensor));
    }
    return makeTensorSet(std::move(joined));
}

std::optional<std::vector<TensorSet>> splitRows(const TensorSet& answer, const std::vector<std::int64_t>& rows) {
    std::int64_t total = 0;
    for (const std::int64_t count : rows) {
        total += count;
    }
    std::vector<TensorSet> parts(rows.size(), TensorSet{{}, answer.owner});
    for (const TensorView& output : answer.tensors) {
        if (output.shape.empty() || output.shape.front() != total || total == 0) {
            return {};
        }
        ByteView rest = output.data;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            std::optional<TensorView> part = takeRows(output, total, rows[i], rest);
            if (!part) {
                return {};
            }
            parts[i].tensors.push_back(std::move(*part));
        }
    }
    return parts;
}

bool sameAnswers(const TensorSet& a, const TensorSet& b) {
    return std::equal(a.tensors.begin(), a.tensors.end(), b.tensors.begin(), b.tensors.end(),
                      [](const TensorView& x, const TensorView& y) {
                          return x.name == y.name && x.type == y.type && x.shape == y.shape &&
                                 x.data.size() == y.data.size() && sameValues(x, y);
                      });
}

} // namespace gnomon::upstream
