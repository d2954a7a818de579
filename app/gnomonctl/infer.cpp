// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gnomonctl/context.h"
#include "app/gnomonctl/rows.h"
#include "app/gnomonctl/text.h"
#include "app/gnomonctl/verbs.h"

#include <CLI/CLI.hpp>

#include <nlohmann/json.hpp>

#include <cstring>

namespace gnomon::ctl {

namespace {

struct InferOptions {
    std::string endpoint;
    std::string version;
    std::string file;
    std::size_t row = 1;
    int deadlineMs = 1000;
};

template <class T>
T elementAt(ByteView data, std::int64_t i) {
    T value{};
    std::memcpy(&value, data.data() + static_cast<std::size_t>(i) * sizeof value, sizeof value);
    return value;
}

// What is no text is escaped: JSON has no bytes.
nlohmann::json takeText(ByteView& rest) {
    const auto size = elementAt<std::uint32_t>(rest, 0);
    const std::string_view text = asText(rest.subspan(sizeof size, size));
    rest = rest.subspan(sizeof size + size);
    return isUtf8(text) ? std::string(text) : printable(text, std::string::npos);
}

// Whole numbers stay what they are: not every one of 64 bits is a double.
nlohmann::json valueAt(const TensorView& tensor, std::int64_t i, ByteView& texts) {
    switch (tensor.type) {
    case DataType::Bool:
        return elementAt<std::uint8_t>(tensor.data, i) != 0;
    case DataType::Uint8:
        return elementAt<std::uint8_t>(tensor.data, i);
    case DataType::Uint16:
        return elementAt<std::uint16_t>(tensor.data, i);
    case DataType::Uint32:
        return elementAt<std::uint32_t>(tensor.data, i);
    case DataType::Uint64:
        return elementAt<std::uint64_t>(tensor.data, i);
    case DataType::Int8:
        return elementAt<std::int8_t>(tensor.data, i);
    case DataType::Int16:
        return elementAt<std::int16_t>(tensor.data, i);
    case DataType::Int32:
        return elementAt<std::int32_t>(tensor.data, i);
    case DataType::Int64:
        return elementAt<std::int64_t>(tensor.data, i);
    case DataType::Fp16:
    case DataType::Fp32:
    case DataType::Fp64:
    case DataType::Bf16:
        return elementAsDouble(tensor, i);
    case DataType::ByteString:
        return takeText(texts);
    }
    return nullptr;
}

// The client has checked that the bytes are what type and shape say.
nlohmann::json valuesOf(const TensorView& tensor) {
    nlohmann::json values = nlohmann::json::array();
    const auto count = elementCount(tensor.shape);
    ByteView texts = tensor.data;
    for (std::int64_t i = 0; count && i < *count; ++i) {
        values.push_back(valueAt(tensor, i, texts));
    }
    return values;
}

Result<client::InferReply> ask(Context& context, const InferOptions& options) {
    GNOMON_ASSIGN(client::InferenceClient * inference, context.inference());
    GNOMON_ASSIGN(const client::ModelSummary model,
                  inference->modelMetadata(options.endpoint, options.version, context.timeout()));
    GNOMON_ASSIGN(const Rows rows, readRows(options.file));
    if (options.row == 0 || options.row > rows.rows.size()) {
        return Error{ErrorCode::InvalidArgument, options.file + " has rows 1 to " + std::to_string(rows.rows.size())};
    }
    GNOMON_ASSIGN(const RowEncoder encoder, RowEncoder::make(model, rows));
    if (!encoder.note().empty()) {
        context.note(encoder.note());
    }
    client::InferCall call;
    call.model = options.endpoint;
    call.version = options.version;
    call.deadline = std::chrono::milliseconds(options.deadlineMs);
    GNOMON_ASSIGN(std::vector<Tensor> inputs, encoder.encode(rows.rows[options.row - 1]));
    call.inputs = makeTensorSet(std::move(inputs));
    return inference->infer(call);
}

void runInfer(Context& context, const InferOptions& options) {
    const auto reply = ask(context, options);
    if (!reply) {
        return context.fail(reply.error());
    }
    nlohmann::json object = {{"version", reply->version},
                             {"served_by", reply->servedBy},
                             {"generation", reply->generation},
                             {"exchange", reply->exchange},
                             {"latency_ms", static_cast<double>(reply->latency.count()) / 1e6}};
    if (!reply->reason.empty()) {
        object["reason"] = reply->reason;
    }
    for (const TensorView& tensor : reply->outputs.tensors) {
        object["outputs"][std::string(tensor.name)] = valuesOf(tensor);
    }
    if (context.json()) {
        return context.printJson(object);
    }
    std::string text = "answered by " + reply->servedBy + (reply->version.empty() ? "" : " v" + reply->version) +
                       " in " + milliseconds(static_cast<double>(reply->latency.count()) / 1e9) + ", exchange " +
                       reply->exchange + "\n";
    if (!reply->reason.empty()) {
        text += "because " + printable(reply->reason) + "\n";
    }
    for (const TensorView& tensor : reply->outputs.tensors) {
        text += printable(tensor.name) + " " + valuesOf(tensor).dump() + "\n";
    }
    context.print(text);
}

} // namespace

void addInfer(CLI::App& app, Context& context) {
    auto* verb = app.add_subcommand("infer", "Send one row of a CSV file as a request");
    const auto options = std::make_shared<InferOptions>();
    verb->add_option("endpoint", options->endpoint, "The endpoint")->required();
    verb->add_option("file", options->file, "CSV file with a header")->required();
    verb->add_option("--row", options->row, "Which row, from 1");
    verb->add_option("--version-number", options->version, "Ask this version and no other");
    verb->add_option("--deadline", options->deadlineMs, "Deadline of the request in milliseconds");
    verb->callback([&context, options] { runInfer(context, *options); });
}

} // namespace gnomon::ctl
