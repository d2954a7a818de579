// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/repository/endpoint_config.h"
#include "backend/config/toml_table.h"

#include <cmath>
#include <cstring>
#include <limits>

namespace gnomon::serving {

namespace {

using config::TomlFile;
using config::TomlTable;

constexpr std::int64_t kMostVersion = std::numeric_limits<std::uint32_t>::max();
constexpr std::int64_t kMostConstant = 1 << 16; // elements

void readShadows(TomlTable& initial, TomlFile& file, std::vector<ShadowSpec>& shadows) {
    const toml::array* list = initial.takeArray("shadows");
    for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
        const toml::table* entry = (*list)[i].as_table();
        if (entry == nullptr) {
            initial.problem("shadows", "must hold tables such as { version = 2, mirror = 100 }");
            return;
        }
        TomlTable table(*entry, "initial.shadows.", file);
        std::uint32_t version = 0;
        int mirror = 100;
        table.read("version", version, 1, kMostVersion);
        table.read("mirror", mirror, 0, 100);
        if (version == 0) {
            table.problem("version", "is missing");
        }
        table.done();
        shadows.push_back({VersionNumber(version), mirror});
    }
}

std::optional<FallbackStep> stepOf(const std::string& text) {
    if (text == "constant") {
        return FallbackStep{FallbackKind::Constant, {}};
    }
    if (text == "refuse") {
        return FallbackStep{FallbackKind::Refuse, {}};
    }
    const Result<VersionNumber> version = parseVersionNumber(std::string_view(text).substr(text.empty() ? 0 : 1));
    if (text.empty() || text[0] != 'v' || !version.ok()) {
        return std::nullopt;
    }
    return FallbackStep{FallbackKind::Version, *version};
}

void readChain(TomlTable& initial, bool hasConstant, std::vector<FallbackStep>& chain) {
    std::vector<std::string> texts;
    initial.read("chain", texts);
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const std::optional<FallbackStep> step = stepOf(texts[i]);
        const bool last = i + 1 == texts.size();
        if (!step) {
            initial.problem("chain", "must hold texts such as \"v1\", \"constant\" and \"refuse\"");
        } else if ((step->kind == FallbackKind::Version) == last) {
            initial.problem("chain", "must end in \"constant\" or \"refuse\", and have neither before its end");
        } else if (step->kind == FallbackKind::Constant && !hasConstant) {
            initial.problem("chain", "names the constant, but there is no [[constant]]");
        } else {
            chain.push_back(*step);
        }
    }
}

void readDecision(TomlTable table, DecisionRule& rule) {
    constexpr double kAny = std::numeric_limits<double>::max();
    table.read("output", rule.scoreOutput);
    table.read("column", rule.scoreColumn, 0, 1 << 20);
    table.read("threshold", rule.threshold, -kAny, kAny);
    table.read("positive", rule.positive);
    table.read("negative", rule.negative);
    table.read("classes", rule.classes);
    if (rule.positive == rule.negative) {
        table.problem("positive", "and negative must differ");
    }
    table.done();
}

void readPayload(TomlTable table, PayloadPolicy& payload) {
    table.read("keep", payload.keep);
    table.read("share", payload.share, 0, 1);
    table.read("max_bytes", payload.maxBytes, 0, 64 << 20);
    table.done();
}

template <class T>
void put(Bytes& data, T value) {
    const std::size_t at = data.size();
    data.resize(at + sizeof value);
    std::memcpy(data.data() + at, &value, sizeof value);
}

// False when the value is not one of the datatype. 16-bit floats have no text form.
bool appendElement(Bytes& data, DataType type, const toml::node& node) {
    const std::int64_t* integer = node.is_integer() ? &node.as_integer()->get() : nullptr;
    const auto narrow = [&data, integer](auto zero) {
        using T = decltype(zero);
        const bool fits =
            integer && *integer >= static_cast<std::int64_t>(std::numeric_limits<T>::min()) &&
            (sizeof(T) == sizeof(std::int64_t) || *integer <= static_cast<std::int64_t>(std::numeric_limits<T>::max()));
        if (fits) {
            put(data, static_cast<T>(*integer));
        }
        return fits;
    };
    switch (type) {
    case DataType::Bool:
        if (!node.is_boolean()) {
            return false;
        }
        put<std::uint8_t>(data, node.as_boolean()->get() ? 1 : 0);
        return true;
    case DataType::Uint8:
        return narrow(std::uint8_t{});
    case DataType::Uint16:
        return narrow(std::uint16_t{});
    case DataType::Uint32:
        return narrow(std::uint32_t{});
    case DataType::Uint64:
        return narrow(std::uint64_t{});
    case DataType::Int8:
        return narrow(std::int8_t{});
    case DataType::Int16:
        return narrow(std::int16_t{});
    case DataType::Int32:
        return narrow(std::int32_t{});
    case DataType::Int64:
        return narrow(std::int64_t{});
    case DataType::Fp32:
    case DataType::Fp64: {
        const std::optional<double> value = node.is_number() ? node.value<double>() : std::nullopt;
        if (!value || !std::isfinite(*value)) {
            return false;
        }
        type == DataType::Fp32 ? put(data, static_cast<float>(*value)) : put(data, *value);
        return true;
    }
    case DataType::ByteString:
        if (!node.is_string()) {
            return false;
        }
        put(data, static_cast<std::uint32_t>(node.as_string()->get().size()));
        data.insert(data.end(), node.as_string()->get().begin(), node.as_string()->get().end());
        return true;
    case DataType::Fp16:
    case DataType::Bf16:
        return false;
    }
    return false;
}

Tensor readConstant(TomlTable table) {
    Tensor tensor;
    std::string type;
    table.read("name", tensor.name);
    table.read("datatype", type);
    const toml::array* shape = table.takeArray("shape");
    const toml::array* data = table.takeArray("data");
    table.done();
    const Result<DataType> parsed = parseDataType(type);
    if (tensor.name.empty() || !parsed.ok() || shape == nullptr || data == nullptr) {
        table.problem(parsed.ok() ? "name" : "datatype", "must be there: name, datatype, shape and data are needed");
        return tensor;
    }
    tensor.type = *parsed;
    for (const toml::node& size : *shape) {
        tensor.shape.push_back(size.is_integer() ? size.as_integer()->get() : -1);
    }
    const Result<std::int64_t> count = elementCount(tensor.shape);
    if (!count.ok() || *count > kMostConstant || (!tensor.shape.empty() && tensor.shape[0] != 1)) {
        table.problem("shape", "must hold sizes of at most 65536 elements, the first of them 1: the rows of the batch");
    } else if (static_cast<std::int64_t>(data->size()) != *count) {
        table.problem("data", "must have the " + std::to_string(*count) + " elements that the shape states");
    }
    for (const toml::node& node : *data) {
        if (!appendElement(tensor.data, tensor.type, node)) {
            table.problem("data", "must hold finite values of datatype " + type);
        }
    }
    return tensor;
}

void readConstants(TomlTable& top, TomlFile& file, std::vector<Tensor>& constant) {
    const toml::array* list = top.takeArray("constant");
    for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
        if (const toml::table* entry = (*list)[i].as_table()) {
            constant.push_back(readConstant(TomlTable(*entry, "constant.", file)));
        } else {
            top.problem("constant", "must be [[constant]] tables");
        }
    }
}

void readEndpoint(TomlTable top, TomlFile& file, EndpointConfig& config) {
    EndpointSettings& settings = config.settings;
    top.read("description", settings.description);
    top.read("owner", settings.owner);
    readConstants(top, file, settings.constant);
    TomlTable initial = top.takeTable("initial");
    std::uint32_t production = 0;
    initial.read("production", production, 1, kMostVersion);
    if (production > 0) {
        config.production = VersionNumber(production);
    }
    readShadows(initial, file, config.shadows);
    readChain(initial, !settings.constant.empty(), config.chain);
    initial.done();
    readDecision(top.takeTable("decision"), settings.decision);
    TomlTable comparison = top.takeTable("comparison");
    comparison.read("margin", settings.margin, 0, 1);
    comparison.read("score_margin", settings.scoreMargin, 0, std::numeric_limits<double>::max());
    comparison.read("cluster_parameter", settings.clusterParameter);
    comparison.done();
    TomlTable budget = top.takeTable("budget");
    budget.read("milliseconds", settings.budget, 1, 30000);
    budget.read("abandoned_runs_until_skipped", settings.abandonedRunsUntilSkipped, 1, 1000);
    budget.done();
    readPayload(top.takeTable("payload"), settings.payload);
    TomlTable validation = top.takeTable("validation");
    validation.read("allow_nan", settings.allowNan);
    validation.done();
    top.done();
}

} // namespace

Result<EndpointConfig> parseEndpointConfig(std::string_view toml, const std::string& file, const EndpointName& name) {
    TomlFile source(file);
    EndpointConfig config;
    config.settings.name = name;
    if (const auto parsed = source.parse(toml)) {
        readEndpoint(TomlTable(*parsed, "", source), source, config);
    }
    if (source.error()) {
        return *source.error();
    }
    if (config.chain.empty()) {
        const bool hasConstant = !config.settings.constant.empty();
        config.chain.push_back({hasConstant ? FallbackKind::Constant : FallbackKind::Refuse, {}});
    }
    return config;
}

} // namespace gnomon::serving
