// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/result.h"
#include "backend/domain/tensor.h"

#include <inference/grpc_service.pb.h>

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>

// Part of backend/wire's implementation: the one header here that shows generated types.
namespace gnomon::wire {

// What a message says of one tensor; inputs and outputs say it in different messages.
struct WireTensor {
    const std::string& name;
    const std::string& datatype;
    const google::protobuf::RepeatedField<std::int64_t>& shape;
    const inference::InferTensorContents* typed; // null: no typed contents
    const std::string* raw;                      // null: no raw contents
};

// Checks the tensors of one message and gathers views on them. One thread.
class TensorReader {
public:
    // what: "input" or "output"; model: as sent. Both must outlive the reader.
    TensorReader(std::string_view what, std::string_view model) : m_what(what), m_model(model) {}

    // InvalidArgument names the tensor, what is wrong with it and the field at fault.
    Status add(const WireTensor& tensor);
    // The views, kept alive by the message's owner. The reader is empty afterwards.
    TensorSet finish(std::shared_ptr<const void> owner);

    Error refusal(std::string_view tensor, std::string_view field, std::string reason) const;

private:
    Result<ByteView> rawBytes(const WireTensor& tensor, DataType type, std::int64_t count) const;
    Result<ByteView> typedBytes(const WireTensor& tensor, DataType type, std::size_t count);
    template <class Narrow, class Field>
    Result<ByteView> narrowed(const WireTensor& tensor, const Field& field);
    ByteView keep(Bytes bytes);

    std::string_view m_what;
    std::string_view m_model;
    std::unordered_set<std::string_view> m_names;
    std::vector<TensorView> m_tensors;
    std::deque<Bytes> m_converted;
};

} // namespace gnomon::wire
