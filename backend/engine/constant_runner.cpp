// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/engine/constant_runner.h"

#include <algorithm>

namespace gnomon::engine {

namespace {

// A request of a few bytes can ask for billions of (empty) rows.
constexpr std::size_t kMostBytes = std::size_t{64} << 20;

class NothingToAbandon final : public port::Run {
public:
    void abandon() override {}
};

class ConstantRunner final : public port::ModelRunner {
public:
    ConstantRunner(std::vector<Tensor> rows, port::ModelSchema schema)
        : m_rows(std::move(rows)), m_schema(std::move(schema)) {}

    const port::ModelSchema& schema() const override { return m_schema; }

    std::shared_ptr<port::Run> run(port::RunRequest request, port::RunCallback done) override {
        done(answer(request));
        return std::make_shared<NothingToAbandon>();
    }

private:
    Result<port::RunResult> answer(const port::RunRequest& request) const {
        const std::vector<TensorView>& inputs = request.inputs.tensors;
        const std::int64_t rows = inputs.empty() || inputs.front().shape.empty() ? 1 : inputs.front().shape.front();
        std::vector<Tensor> outputs;
        for (const Tensor& row : m_rows) {
            const auto& asked = request.outputs;
            if (!asked.empty() && std::find(asked.begin(), asked.end(), row.name) == asked.end()) {
                continue;
            }
            if (rows < 0 || static_cast<std::size_t>(rows) > kMostBytes / std::max<std::size_t>(row.data.size(), 1)) {
                return Error{ErrorCode::InvalidArgument,
                             "the constant is not repeated for " + std::to_string(rows) + " rows"};
            }
            outputs.push_back(repeated(row, rows));
        }
        if (!request.outputs.empty() && outputs.size() != request.outputs.size()) {
            return Error{ErrorCode::InvalidArgument, "the constant does not have every output that is asked for", "",
                         "outputs"};
        }
        return port::RunResult{makeTensorSet(std::move(outputs))};
    }

    static Tensor repeated(const Tensor& row, std::int64_t rows) {
        if (row.shape.empty()) {
            return row;
        }
        Tensor output{row.name, row.type, row.shape, {}};
        output.shape.front() = rows;
        output.data.reserve(row.data.size() * static_cast<std::size_t>(rows));
        for (std::int64_t i = 0; i < rows; ++i) {
            output.data.insert(output.data.end(), row.data.begin(), row.data.end());
        }
        return output;
    }

    const std::vector<Tensor> m_rows;
    const port::ModelSchema m_schema;
};

} // namespace

Result<std::shared_ptr<port::ModelRunner>> makeConstantRunner(std::vector<Tensor> outputs) {
    port::ModelSchema schema;
    for (const Tensor& row : outputs) {
        const bool known = std::any_of(schema.outputs.begin(), schema.outputs.end(),
                                       [&](const TensorSpec& spec) { return spec.name == row.name; });
        if (row.name.empty() || known || (!row.shape.empty() && row.shape.front() != 1)) {
            return Error{ErrorCode::InvalidArgument, "constant output '" + printable(row.name, 80) +
                                                         "' needs a name of its own and exactly one row"};
        }
        TensorSpec spec{row.name, row.type, row.shape};
        if (!spec.shape.empty()) {
            spec.shape.front() = -1;
        }
        schema.outputs.push_back(std::move(spec));
    }
    return std::shared_ptr<port::ModelRunner>(std::make_shared<ConstantRunner>(std::move(outputs), std::move(schema)));
}

} // namespace gnomon::engine
