// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gnomonctl/rows.h"
#include "backend/base/files.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace gnomon::ctl {

namespace {

// One record; text is advanced past it. Quoted fields may hold commas, quotes (doubled) and line ends.
std::vector<std::string> takeRecord(std::string_view& text) {
    std::vector<std::string> fields(1);
    bool quoted = false;
    std::size_t i = 0;
    for (; i < text.size(); ++i) {
        const char c = text[i];
        if (quoted) {
            if (c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
                fields.back() += '"';
                ++i;
            } else if (c == '"') {
                quoted = false;
            } else {
                fields.back() += c;
            }
        } else if (c == '"') {
            quoted = true;
        } else if (c == ',') {
            fields.emplace_back();
        } else if (c == '\n') {
            break;
        } else if (c != '\r') {
            fields.back() += c;
        }
    }
    text.remove_prefix(std::min(i + 1, text.size()));
    return fields;
}

template <class T>
Status appendNumber(const std::string& field, Bytes& out) {
    T value{};
    const auto [end, problem] = std::from_chars(field.data(), field.data() + field.size(), value);
    if (problem != std::errc{} || end != field.data() + field.size()) {
        return Error{ErrorCode::InvalidArgument, "'" + printable(field, 40) + "' is not a number the model can take"};
    }
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&value);
    out.insert(out.end(), bytes, bytes + sizeof value);
    return {};
}

Status appendField(DataType type, const std::string& field, Bytes& out) {
    switch (type) {
    case DataType::Fp32:
        return appendNumber<float>(field, out);
    case DataType::Fp64:
        return appendNumber<double>(field, out);
    case DataType::Int64:
        return appendNumber<std::int64_t>(field, out);
    case DataType::Int32:
        return appendNumber<std::int32_t>(field, out);
    case DataType::ByteString: {
        const auto size = static_cast<std::uint32_t>(field.size());
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(&size);
        out.insert(out.end(), bytes, bytes + sizeof size);
        const ByteView text = asBytes(field);
        out.insert(out.end(), text.begin(), text.end());
        return {};
    }
    case DataType::Bool:
    case DataType::Uint8:
    case DataType::Uint16:
    case DataType::Uint32:
    case DataType::Uint64:
    case DataType::Int8:
    case DataType::Int16:
    case DataType::Fp16:
    case DataType::Bf16:
        break;
    }
    return Error{ErrorCode::Unimplemented,
                 "rows cannot be turned into inputs of type " + std::string(dataTypeName(type))};
}

std::size_t columnsWanted(const TensorSpec& input) {
    constexpr std::size_t kMost = 1 << 20; // more than any table has; the node states the shape, and may state anything
    std::size_t wanted = 1;
    for (std::size_t i = 1; i < input.shape.size(); ++i) {
        wanted = std::min(wanted * std::min(static_cast<std::size_t>(std::max<std::int64_t>(input.shape[i], 1)), kMost),
                          kMost);
    }
    return wanted;
}

} // namespace

Result<Rows> readRows(const std::string& file) {
    GNOMON_ASSIGN(const std::string text, readFile(file));
    std::string_view rest = text;
    Rows rows;
    rows.header = takeRecord(rest);
    std::size_t line = 1;
    while (!rest.empty()) {
        std::vector<std::string> row = takeRecord(rest);
        ++line;
        if (row.size() == 1 && row[0].empty()) {
            continue;
        }
        if (row.size() != rows.header.size()) {
            return Error{ErrorCode::InvalidArgument, file + ": record " + std::to_string(line) + " has " +
                                                         std::to_string(row.size()) + " fields, the header has " +
                                                         std::to_string(rows.header.size())};
        }
        rows.rows.push_back(std::move(row));
    }
    if (rows.rows.empty()) {
        return Error{ErrorCode::InvalidArgument, file + " has no rows below its header"};
    }
    return rows;
}

Result<RowEncoder> RowEncoder::make(const client::ModelSummary& model, const Rows& rows) {
    RowEncoder encoder;
    for (const TensorSpec& input : model.schema.inputs) {
        Source source{input, {}};
        const auto named = std::find(rows.header.begin(), rows.header.end(), input.name);
        const std::size_t wanted = columnsWanted(input);
        if (named != rows.header.end() && wanted == 1) {
            source.columns = {static_cast<std::size_t>(named - rows.header.begin())};
        } else if (model.schema.inputs.size() == 1 && wanted <= rows.header.size()) {
            for (std::size_t i = 0; i < wanted; ++i) {
                source.columns.push_back(i);
            }
            encoder.m_note = "'" + model.name + "' takes " + std::to_string(wanted) +
                             " columns by position, whatever they are called: " + rows.header.front() + " to " +
                             rows.header[wanted - 1] +
                             (wanted == rows.header.size() ? "" : "; left out: " + rows.header[wanted]) +
                             (wanted + 1 < rows.header.size() ? " and what follows" : "");
        } else {
            return Error{ErrorCode::InvalidArgument,
                         "the rows have no columns for input '" + printable(input.name, 80) + "' of '" +
                             printable(model.name, 80) + "', which takes " + std::to_string(wanted)};
        }
        encoder.m_sources.push_back(std::move(source));
    }
    return encoder;
}

Result<std::vector<Tensor>> RowEncoder::encode(const std::vector<std::string>& row) const {
    std::vector<Tensor> tensors;
    for (const Source& source : m_sources) {
        Tensor tensor{source.input.name, source.input.type, source.input.shape, {}};
        for (std::int64_t& size : tensor.shape) {
            size = size < 0 ? 1 : size;
        }
        for (const std::size_t column : source.columns) {
            GNOMON_TRY(appendField(tensor.type, row[column], tensor.data));
        }
        tensors.push_back(std::move(tensor));
    }
    return tensors;
}

} // namespace gnomon::ctl
