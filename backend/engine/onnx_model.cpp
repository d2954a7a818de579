// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/engine/onnx_model.h"

#include "backend/engine/onnx_tensors.h"
#include "backend/engine/run_memory.h"

#include <onnxruntime_session_options_config_keys.h>

#include <algorithm>

namespace gnomon::engine {

namespace {

std::chrono::nanoseconds threadCpu() {
    timespec used{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

Ort::SessionOptions sessionOptions() {
    Ort::SessionOptions options;
    options.SetIntraOpNumThreads(1);
    options.SetInterOpNumThreads(1);
    options.SetExecutionMode(ORT_SEQUENTIAL);
    options.AddConfigEntry(kOrtSessionOptionsConfigAllowIntraOpSpinning, "0");
    options.AddConfigEntry(kOrtSessionOptionsConfigAllowInterOpSpinning, "0");
    options.AddConfigEntry(kOrtSessionOptionsConfigLoadModelFormat, "ONNX");
    // A second lock on the door that scanOnnx() keeps shut: there is nothing below this folder to read.
    options.AddConfigEntry(kOrtSessionOptionsModelExternalInitializersFileFolderPath, "/proc/self/task/none");
    // Memory for one huge request would be kept for ever.
    options.DisableCpuMemArena();
    options.AddConfigEntry(kOrtSessionOptionsConfigUseEnvAllocators, "1"); // RunMemory
    options.DisableMemPattern();
    return options;
}

std::string kindOf(ONNXType type) {
    switch (type) {
    case ONNX_TYPE_UNKNOWN:
        return "of an unknown kind";
    case ONNX_TYPE_TENSOR:
        return "a tensor of a type that the protocol does not carry";
    case ONNX_TYPE_SEQUENCE:
        return "a sequence";
    case ONNX_TYPE_MAP:
        return "a map";
    case ONNX_TYPE_OPAQUE:
        return "opaque";
    case ONNX_TYPE_SPARSETENSOR:
        return "a sparse tensor";
    case ONNX_TYPE_OPTIONAL:
        return "an optional value";
    }
    return "of an unknown kind";
}

// The spec when the type is a tensor that the protocol carries.
std::optional<TensorSpec> tensorSpec(std::string name, const Ort::TypeInfo& type) {
    if (type.GetONNXType() != ONNX_TYPE_TENSOR) {
        return {};
    }
    const auto info = type.GetTensorTypeAndShapeInfo();
    const std::optional<DataType> dataType = dataTypeOf(info.GetElementType());
    if (!dataType) {
        return {};
    }
    std::vector<std::int64_t> shape = info.GetShape();
    for (std::int64_t& size : shape) {
        size = std::max<std::int64_t>(size, -1);
    }
    return TensorSpec{std::move(name), *dataType, std::move(shape)};
}

// seq(map(int64 or string, float)): how classifiers give their scores.
bool isScoreMaps(const Ort::TypeInfo& type) {
    if (type.GetONNXType() != ONNX_TYPE_SEQUENCE) {
        return false;
    }
    const auto sequence = type.GetSequenceTypeInfo();
    const Ort::TypeInfo element = sequence.GetSequenceElementType();
    if (element.GetONNXType() != ONNX_TYPE_MAP) {
        return false;
    }
    const auto map = element.GetMapTypeInfo();
    const ONNXTensorElementDataType key = map.GetMapKeyType();
    const Ort::TypeInfo value = map.GetMapValueType();
    return (key == ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64 || key == ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING) &&
           value.GetONNXType() == ONNX_TYPE_TENSOR &&
           value.GetTensorTypeAndShapeInfo().GetElementType() == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
}

constexpr const char* kTooMuchMemory = " failed: it asked for more memory than it may have";

Error runError(const std::string& name, const Ort::Exception& exception) {
    const std::string reason = reasonOf(exception);
    if (reason.find("bad_alloc") != std::string::npos) { // the runtime catches it, and passes it on as text
        return {ErrorCode::ResourceExhausted, name + kTooMuchMemory};
    }
    const bool invalid = exception.GetOrtErrorCode() == ORT_INVALID_ARGUMENT;
    return {invalid ? ErrorCode::InvalidArgument : ErrorCode::Internal, name + " failed: " + reason};
}

// What one run's outputs live on.
struct RunOutputs {
    std::shared_ptr<const OnnxModel> model;
    std::vector<Ort::Value> values;
    std::vector<std::string> names; // empty: all of the model's
    std::list<Bytes> copies;
};

} // namespace

Error OnnxModel::cannotServe(const std::string& reason) const {
    Error error{ErrorCode::FailedPrecondition, m_name + " cannot be served: " + reason};
    if (reason.find("locale") != std::string::npos) {
        error.remedy = "install the locale en_US.UTF-8, which text models need: ./run setup";
    }
    return error;
}

Result<std::shared_ptr<OnnxModel>> OnnxModel::load(std::shared_ptr<OnnxLibrary> library, const std::string& name,
                                                   const ModelFile& file) {
    const Result<OnnxFacts> facts = scanOnnx(file.bytes);
    if (!facts.ok()) {
        return Error{facts.error().code, name + " cannot be served: " + facts.error().message,
                     "copy the file again and compare its SHA-256 with the original's"};
    }
    std::shared_ptr<OnnxModel> model(new OnnxModel(library, name));
    if (facts->externalData) {
        Error error = model->cannotServe("it wants to read its weights from other files");
        error.remedy = "export the model with its weights inside";
        return error;
    }
    try {
        const RunMemory::Loading weights;
        model->m_session =
            Ort::Session(environmentOf(*library), file.bytes.data(), file.bytes.size(), sessionOptions());
        GNOMON_TRY(model->readSchema(*facts));
    } catch (const Ort::Exception& exception) {
        Error error = model->cannotServe(reasonOf(exception));
        if (exception.GetOrtErrorCode() == ORT_INVALID_PROTOBUF) {
            error.code = ErrorCode::Corrupt;
        }
        return error;
    } catch (const std::exception& exception) {
        return model->cannotServe(reasonOf(exception));
    }
    model->m_schema.digest = file.digest;
    return model;
}

Status OnnxModel::readSchema(const OnnxFacts& facts) {
    Ort::AllocatorWithDefaultOptions allocator;
    for (std::size_t i = 0; i < m_session.GetInputCount(); ++i) {
        GNOMON_TRY(addInput(m_session.GetInputNameAllocated(i, allocator).get(), m_session.GetInputTypeInfo(i), false));
    }
    // Inputs with a default value.
    for (std::size_t i = 0; i < m_session.GetOverridableInitializerCount(); ++i) {
        GNOMON_TRY(addInput(m_session.GetOverridableInitializerNameAllocated(i, allocator).get(),
                            m_session.GetOverridableInitializerTypeInfo(i), true));
    }
    for (std::size_t i = 0; i < m_session.GetOutputCount(); ++i) {
        GNOMON_TRY(
            addOutput(m_session.GetOutputNameAllocated(i, allocator).get(), m_session.GetOutputTypeInfo(i), facts));
    }
    for (const TensorSpec& spec : m_schema.outputs) {
        m_outputNames.push_back(spec.name.c_str());
    }
    return {};
}

// Names go into messages that hold nothing but UTF-8: one that is not would make all of a node's versions unreadable.
Status OnnxModel::checkName(const std::string& name, const std::string& what) const {
    if (isUtf8(name)) {
        return {};
    }
    Error error = cannotServe("the name of " + what + " '" + printable(name, 80) + "' is not UTF-8");
    error.remedy = "export the model with names in UTF-8";
    return error;
}

Status OnnxModel::addInput(std::string name, const Ort::TypeInfo& type, bool optional) {
    GNOMON_TRY(checkName(name, "input"));
    std::optional<TensorSpec> spec = tensorSpec(name, type);
    if (!spec) {
        return cannotServe("input '" + printable(name, 80) + "' is " + kindOf(type.GetONNXType()) +
                           ", and callers can send only tensors");
    }
    spec->optional = optional;
    m_schema.inputs.push_back(std::move(*spec));
    return {};
}

Status OnnxModel::addOutput(std::string name, const Ort::TypeInfo& type, const OnnxFacts& facts) {
    GNOMON_TRY(checkName(name, "output"));
    if (std::optional<TensorSpec> spec = tensorSpec(name, type)) {
        m_schema.outputs.push_back(std::move(*spec));
        return {};
    }
    const auto classes = facts.classNames.find(name);
    if (!isScoreMaps(type) || classes == facts.classNames.end() || classes->second.empty()) {
        return cannotServe("output '" + printable(name, 80) + "' is " + kindOf(type.GetONNXType()) +
                           ", and callers can be sent only tensors");
    }
    for (const std::string& className : classes->second) {
        GNOMON_TRY(checkName(className, "class"));
    }
    m_schema.outputs.push_back({name, DataType::Fp32, {-1, static_cast<std::int64_t>(classes->second.size())}});
    m_schema.classNames.emplace(name, classes->second);
    m_flattened.insert(std::move(name));
    return {};
}

const char* OnnxModel::inputName(std::string_view name, std::vector<std::string>& others) const {
    for (const TensorSpec& spec : m_schema.inputs) {
        if (spec.name == name) {
            return spec.name.c_str();
        }
    }
    return others.emplace_back(name).c_str(); // there is room: it does not move
}

Result<port::RunResult> OnnxModel::run(const TensorSet& inputs, const std::vector<std::string>& outputs,
                                       const Ort::RunOptions& options) try {
    const MonoTime began = std::chrono::steady_clock::now();
    for (const TensorSpec& spec : m_schema.inputs) { // the runtime itself would compute without it and fail oddly
        if (!spec.optional && inputs.find(spec.name) == nullptr) {
            return Error{ErrorCode::InvalidArgument, m_name + ": input '" + printable(spec.name, 80) + "' is missing"};
        }
    }
    std::vector<std::string> names; // of inputs that the model does not name itself
    std::vector<const char*> inputNames;
    std::vector<Ort::Value> values;
    std::list<Bytes> copies;
    names.reserve(inputs.tensors.size());
    inputNames.reserve(inputs.tensors.size());
    values.reserve(inputs.tensors.size());
    for (const TensorView& tensor : inputs.tensors) {
        GNOMON_ASSIGN(Ort::Value value, toValue(tensor, copies));
        values.push_back(std::move(value));
        inputNames.push_back(inputName(tensor.name, names));
    }
    const auto owner = std::make_shared<RunOutputs>();
    owner->model = shared_from_this();
    owner->names = outputs;
    std::vector<const char*> asked;
    for (const std::string& name : owner->names) {
        asked.push_back(name.c_str());
    }
    const std::vector<const char*>& outputNames = outputs.empty() ? m_outputNames : asked;

    const MonoTime start = std::chrono::steady_clock::now();
    const std::chrono::nanoseconds computed = threadCpu(); // sessions compute on the thread that asks
    owner->values =
        m_session.Run(options, inputNames.data(), values.data(), values.size(), outputNames.data(), outputNames.size());
    port::RunResult result;
    const MonoTime end = std::chrono::steady_clock::now();
    result.input = start - began;
    result.compute = threadCpu() - computed;

    result.outputs.tensors.reserve(owner->values.size());
    for (std::size_t i = 0; i < owner->values.size(); ++i) {
        const std::string& name = outputs.empty() ? m_schema.outputs[i].name : owner->names[i];
        if (m_flattened.contains(name)) {
            GNOMON_ASSIGN(TensorView view,
                          flattenMaps(name, owner->values[i], m_schema.classNames.at(name), owner->copies));
            result.outputs.tensors.push_back(std::move(view));
        } else {
            result.outputs.tensors.push_back(toView(name, owner->values[i], owner->copies));
        }
    }
    result.outputs.owner = owner;
    result.output = std::chrono::steady_clock::now() - end;
    return result;
} catch (const Ort::Exception& exception) {
    return runError(m_name, exception);
} catch (const std::bad_alloc&) {
    return Error{ErrorCode::ResourceExhausted, m_name + kTooMuchMemory};
} catch (const std::exception& exception) {
    return Error{ErrorCode::Internal, m_name + " failed: " + reasonOf(exception)};
}

} // namespace gnomon::engine
