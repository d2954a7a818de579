// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/check.h"
#include "backend/domain/tensor.h"

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace gnomon::test {

// The demo's rows as requests: every column but the last (the label) as one FP32 input "features". Expects
// GNOMON_SOURCE.
class DemoRows {
public:
    explicit DemoRows(const std::string& endpoint) {
        const char* source = std::getenv("GNOMON_SOURCE");
        GNOMON_CHECK(source != nullptr);
        std::ifstream file(std::string(source) + "/resources/demo/rows/" + endpoint + ".csv");
        std::string line;
        std::getline(file, line);
        while (std::getline(file, line)) {
            std::vector<float> row;
            std::istringstream fields(line);
            std::string field;
            while (std::getline(fields, field, ',')) {
                row.push_back(std::strtof(field.c_str(), nullptr));
            }
            row.pop_back();
            m_rows.push_back(std::move(row));
        }
        GNOMON_CHECK(!m_rows.empty());
    }

    std::size_t size() const { return m_rows.size(); }
    TensorSet inputs(std::size_t i) const {
        const std::vector<float>& row = m_rows[i % m_rows.size()];
        Tensor tensor{"features", DataType::Fp32, {1, static_cast<std::int64_t>(row.size())}, {}};
        tensor.data.resize(row.size() * sizeof(float));
        std::memcpy(tensor.data.data(), row.data(), tensor.data.size());
        return makeTensorSet({std::move(tensor)});
    }

private:
    std::vector<std::vector<float>> m_rows;
};

} // namespace gnomon::test
