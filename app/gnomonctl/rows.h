// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/result.h"
#include "backend/client/inference_client.h"

#include <string>
#include <vector>

namespace gnomon::ctl {

// A CSV file: a header and rows of as many fields. Fields may be quoted (RFC 4180).
struct Rows {
    std::vector<std::string> header;
    std::vector<std::vector<std::string>> rows;
};

// InvalidArgument names the line that does not fit the header.
Result<Rows> readRows(const std::string& file);

// Turns a row into the model's inputs. A model with one input of shape [-1, n] takes n columns in order, by default the
// first n; a model with several inputs takes the column of each input's name.
class RowEncoder {
public:
    // InvalidArgument when the columns cannot feed the model.
    static Result<RowEncoder> make(const client::ModelSummary& model, const Rows& rows);
    // What is taken by position, because the model does not name its columns; empty when every column goes by its name.
    const std::string& note() const { return m_note; }
    // InvalidArgument when a field is not a number where one is needed.
    Result<std::vector<Tensor>> encode(const std::vector<std::string>& row) const;

private:
    struct Source {
        TensorSpec input;
        std::vector<std::size_t> columns;
    };
    std::vector<Source> m_sources;
    std::string m_note;
};

} // namespace gnomon::ctl
