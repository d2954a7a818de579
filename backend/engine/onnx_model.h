// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/engine/model_file.h"
#include "backend/engine/onnx_api.h"
#include "backend/port/model_runner.h"

#include <set>

namespace gnomon::engine {

// One loaded model: a session of the runtime with one thread of computation, the caller's own.
// Thread-safe; calls run beside each other.
class OnnxModel : public std::enable_shared_from_this<OnnxModel> {
public:
    // name: in messages. FailedPrecondition or Corrupt, with the reason, for what cannot be served. Blocks while the
    // model is read and optimised.
    static Result<std::shared_ptr<OnnxModel>> load(std::shared_ptr<OnnxLibrary> library, const std::string& name,
                                                   const ModelFile& file);

    const port::ModelSchema& schema() const { return m_schema; }

    // Blocks while the model computes; options may be told to terminate from another thread. The outputs hold on to the
    // model. outputs: names; empty = all.
    Result<port::RunResult> run(const TensorSet& inputs, const std::vector<std::string>& outputs,
                                const Ort::RunOptions& options);

private:
    OnnxModel(std::shared_ptr<OnnxLibrary> library, std::string name)
        : m_library(std::move(library)), m_name(std::move(name)) {}
    Status readSchema(const OnnxFacts& facts);
    Status addInput(std::string name, const Ort::TypeInfo& type, bool optional);
    Status addOutput(std::string name, const Ort::TypeInfo& type, const OnnxFacts& facts);
    Status checkName(const std::string& name, const std::string& what) const;
    Error cannotServe(const std::string& reason) const;
    // The name as the runtime wants it: of the schema, or added to others, which has room for it.
    const char* inputName(std::string_view name, std::vector<std::string>& others) const;

    // Constant after load().
    std::shared_ptr<OnnxLibrary> m_library;
    std::string m_name;
    Ort::Session m_session{nullptr};
    port::ModelSchema m_schema;
    std::vector<const char*> m_outputNames;         // of the schema's outputs
    std::set<std::string, std::less<>> m_flattened; // names of the outputs that are maps in the model
};

} // namespace gnomon::engine
