// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/integration/hostile_inputs/expected_reply.h"

#include <cmath>
#include <cstring>
#include <set>

namespace gnomon::test {

namespace {

using grpc::StatusCode;
using Request = inference::ModelInferRequest;
using Input = Request::InferInputTensor;
using Contents = inference::InferTensorContents;

const std::map<std::string, std::size_t> kElementBytes = {
    {"BOOL", 1},  {"UINT8", 1}, {"UINT16", 2}, {"UINT32", 4}, {"UINT64", 8}, {"INT8", 1},  {"INT16", 2},
    {"INT32", 4}, {"INT64", 8}, {"FP16", 2},   {"FP32", 4},   {"FP64", 8},   {"BYTES", 0}, {"BF16", 2}};

// The typed field of a datatype, in the order in which counts() lists them; -1: none.
const std::map<std::string, int> kTypedField = {{"BOOL", 0},  {"INT8", 1},   {"INT16", 1},  {"INT32", 1},  {"INT64", 2},
                                                {"UINT8", 3}, {"UINT16", 3}, {"UINT32", 3}, {"UINT64", 4}, {"FP32", 5},
                                                {"FP64", 6},  {"BYTES", 7},  {"FP16", -1},  {"BF16", -1}};

std::vector<int> counts(const Contents& contents) {
    return {contents.bool_contents_size(), contents.int_contents_size(),    contents.int64_contents_size(),
            contents.uint_contents_size(), contents.uint64_contents_size(), contents.fp32_contents_size(),
            contents.fp64_contents_size(), contents.bytes_contents_size()};
}

class Judge {
public:
    explicit Judge(const EchoModels& models) : m_models(models) {}

    std::vector<Fault> run(const Request& request) {
        parameters(request);
        addressee(request);
        tensors(request);
        outputs(request);
        return std::move(m_faults);
    }

private:
    void invalid(const std::string& says) { m_faults.push_back({StatusCode::INVALID_ARGUMENT, says}); }

    void parameters(const Request& request) {
        for (const auto& [key, value] : request.parameters()) {
            if (key.rfind("triton_", 0) == 0 && key != "triton_enable_empty_final_response") {
                invalid("is not known");
            }
            if (value.parameter_choice_case() == inference::InferParameter::PARAMETER_CHOICE_NOT_SET) {
                invalid("has no value");
            }
        }
    }

    template <class Parameters>
    void tensorParameters(const Parameters& parameters) {
        for (const char* key :
             {"shared_memory_region", "shared_memory_byte_size", "shared_memory_offset", "classification"}) {
            if (parameters.count(key) > 0) {
                m_faults.push_back({StatusCode::UNIMPLEMENTED, "is not carried out by this server"});
            }
        }
    }

    void addressee(const Request& request) {
        const std::string& name = request.model_name();
        bool good = !name.empty() && name.size() <= 128 && std::isalnum(static_cast<unsigned char>(name[0]));
        for (const char c : name) {
            good = good && static_cast<unsigned char>(c) < 0x80 &&
                   (std::isalnum(static_cast<unsigned char>(c)) || std::strchr("._-", c) != nullptr);
        }
        const auto found = m_models.find(name);
        if (!good) {
            invalid("is not an endpoint name");
        } else if (found == m_models.end()) {
            m_faults.push_back({StatusCode::NOT_FOUND, "is not served here"});
        } else {
            m_model = &found->second;
        }
        const std::string& version = request.model_version();
        if (version.empty() || version == "1") {
            return;
        }
        bool number = version.size() <= 10 && version[0] != '0';
        for (const char c : version) {
            number = number && c >= '0' && c <= '9';
        }
        if (number && std::stoull(version) <= 0xffffffffULL) {
            m_faults.push_back({StatusCode::NOT_FOUND, "is not deployed here"});
        } else {
            invalid("is not a version number");
        }
    }

    void tensors(const Request& request) {
        const int raws = request.raw_input_contents_size();
        if (raws != 0 && raws != request.inputs_size()) {
            invalid("raw contents");
        }
        std::set<std::string> names;
        for (int i = 0; i < request.inputs_size(); ++i) {
            const Input& input = request.inputs(i);
            tensorParameters(input.parameters());
            if (input.name().empty()) {
                invalid("it has no name");
            } else if (!names.insert(input.name()).second) {
                invalid("the name occurs twice");
            }
            tensor(input, raws == request.inputs_size() && raws > 0 ? &request.raw_input_contents(i) : nullptr,
                   raws > 0);
        }
        if (m_model != nullptr) {
            for (const auto& [name, spec] : m_model->inputs) {
                if (names.count(name) == 0) {
                    invalid("is missing");
                }
            }
        }
    }

    void tensor(const Input& input, const std::string* raw, bool anyRaw) {
        if (anyRaw && input.has_contents()) {
            invalid("contents must not be set");
        }
        const auto bytes = kElementBytes.find(input.datatype());
        if (bytes == kElementBytes.end()) {
            invalid("is not a datatype of the protocol");
        }
        if (m_model != nullptr) {
            fitsModel(input);
        }
        if (input.shape_size() > 32) {
            invalid("dimensions");
        }
        long double count = 1; // cannot overflow
        bool negative = false;
        for (const std::int64_t size : input.shape()) {
            negative = negative || size < 0;
            count *= static_cast<long double>(size);
        }
        if (negative) {
            return invalid("negative size");
        }
        if (count > 2147483648.0L) {
            return invalid("more than 2^31 elements");
        }
        if (count == 0 && std::any_of(input.shape().begin(), input.shape().end(),
                                      [](std::int64_t size) { return size > (1 << 20); })) {
            invalid("impossible shape"); // would size the answer for nothing
        }
        if (bytes == kElementBytes.end()) {
            return;
        }
        if (raw != nullptr) {
            rawData(input, *raw, static_cast<std::uint64_t>(count), bytes->second);
        } else if (!anyRaw) {
            typedData(input, static_cast<std::uint64_t>(count));
        }
    }

    void fitsModel(const Input& input) {
        const auto spec = m_model->inputs.find(input.name());
        if (spec == m_model->inputs.end()) {
            return invalid("is unknown to the model");
        }
        if (spec->second.datatype != input.datatype()) {
            invalid("but the model expects");
        }
        bool fits = spec->second.shape.size() == static_cast<std::size_t>(input.shape_size());
        for (int i = 0; fits && i < input.shape_size(); ++i) {
            const std::int64_t wanted = spec->second.shape[static_cast<std::size_t>(i)];
            fits = wanted < 0 || wanted == input.shape(i);
        }
        if (!fits) {
            invalid("but the model expects");
        }
    }

    void rawData(const Input& input, const std::string& raw, std::uint64_t count, std::size_t elementBytes) {
        if (input.datatype() == "BYTES") {
            std::size_t at = 0;
            for (std::uint64_t i = 0; i < count; ++i) {
                std::uint32_t length = 0;
                if (raw.size() - at < 4) {
                    invalid("cut short");
                    return invalid("wrong number of elements");
                }
                std::memcpy(&length, raw.data() + at, 4);
                at += 4;
                if (raw.size() - at < length) {
                    return invalid("cut short");
                }
                at += length;
            }
            if (at != raw.size()) {
                invalid("follow the last element");
            }
            return;
        }
        if (raw.size() != count * elementBytes) {
            return invalid("wrong number of bytes");
        }
        for (std::uint64_t i = 0; i < count; ++i) {
            element(input.datatype(), raw.data() + i * elementBytes);
        }
    }

    void element(const std::string& type, const char* at) {
        if (type == "BOOL" && static_cast<unsigned char>(*at) > 1) {
            invalid("neither 0 nor 1");
        } else if (type == "FP32") {
            float value = 0;
            std::memcpy(&value, at, sizeof value);
            finite(std::isfinite(value));
        } else if (type == "FP64") {
            double value = 0;
            std::memcpy(&value, at, sizeof value);
            finite(std::isfinite(value));
        } else if (type == "FP16" || type == "BF16") {
            std::uint16_t bits = 0;
            std::memcpy(&bits, at, sizeof bits);
            const unsigned exponent = type == "FP16" ? 0x7c00U : 0x7f80U;
            finite((bits & exponent) != exponent);
        }
    }

    void finite(bool is) {
        if (!is) {
            invalid("infinite value");
        }
    }

    void typedData(const Input& input, std::uint64_t count) {
        if (!input.has_contents()) {
            if (count > 0) {
                invalid("no data was sent");
            }
            return;
        }
        const std::vector<int> filled = counts(input.contents());
        const int field = kTypedField.at(input.datatype());
        for (int i = 0; i < static_cast<int>(filled.size()); ++i) {
            if (i != field && filled[static_cast<std::size_t>(i)] > 0) {
                invalid("in a field that does not belong to");
            }
        }
        if (field < 0) {
            return count > 0 ? invalid("raw contents only") : void();
        }
        if (static_cast<std::uint64_t>(filled[static_cast<std::size_t>(field)]) != count) {
            return invalid("wrong number of elements");
        }
        for (const float value : input.contents().fp32_contents()) {
            finite(std::isfinite(value));
        }
        for (const double value : input.contents().fp64_contents()) {
            finite(std::isfinite(value));
        }
        narrow(input);
    }

    void narrow(const Input& input) {
        const std::map<std::string, std::pair<std::int64_t, std::int64_t>> ranges = {
            {"INT8", {-128, 127}}, {"INT16", {-32768, 32767}}, {"UINT8", {0, 255}}, {"UINT16", {0, 65535}}};
        const auto range = ranges.find(input.datatype());
        if (range == ranges.end()) {
            return;
        }
        const auto check = [&](std::int64_t value) {
            if (value < range->second.first || value > range->second.second) {
                invalid("does not fit");
            }
        };
        for (const std::int32_t value : input.contents().int_contents()) {
            check(value);
        }
        for (const std::uint32_t value : input.contents().uint_contents()) {
            check(value);
        }
    }

    void outputs(const Request& request) {
        std::set<std::string> seen;
        for (const auto& output : request.outputs()) {
            tensorParameters(output.parameters());
            if (!seen.insert(output.name()).second) {
                invalid("asked for twice");
            }
            const std::string& name = output.name();
            const bool known = m_model != nullptr && name.size() > 4 && name.substr(name.size() - 4) == "_out" &&
                               m_model->inputs.count(name.substr(0, name.size() - 4)) > 0;
            if (m_model != nullptr && !known) {
                invalid("is unknown to model");
            }
        }
    }

    const EchoModels& m_models;
    const EchoModel* m_model = nullptr; // the one that was asked, where it is served
    std::vector<Fault> m_faults;
};

} // namespace

std::vector<Fault> faultsOf(const Request& request, const EchoModels& models) {
    return Judge(models).run(request);
}

std::string wrongEcho(const Request& request, const inference::ModelInferResponse& response) {
    if (response.model_name() != request.model_name() || response.id() != request.id() ||
        response.model_version() != "1") {
        return "another model, version or id";
    }
    const int wanted = request.outputs_size() > 0 ? request.outputs_size() : request.inputs_size();
    if (response.outputs_size() != wanted || response.raw_output_contents_size() != wanted) {
        return "not the outputs that were asked for";
    }
    for (int i = 0; i < wanted; ++i) {
        const auto& output = response.outputs(i);
        for (int k = 0; k < request.inputs_size(); ++k) {
            const Input& input = request.inputs(k);
            if (input.name() + "_out" != output.name()) {
                continue;
            }
            const bool sameShape =
                std::equal(input.shape().begin(), input.shape().end(), output.shape().begin(), output.shape().end());
            if (!sameShape || input.datatype() != output.datatype()) {
                return "output '" + output.name() + "' has another shape or datatype";
            }
            if (request.raw_input_contents_size() > 0 &&
                request.raw_input_contents(k) != response.raw_output_contents(i)) {
                return "output '" + output.name() + "' has other bytes";
            }
        }
    }
    return "";
}

} // namespace gnomon::test
