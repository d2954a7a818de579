// SPDX-License-Identifier: GPL-3.0-or-later
// Requests and replies of the Open Inference Protocol: what is taken in has the bytes that its shapes state, and is
// understood the same once it was sent on.
#include "backend/domain/tensor_data.h"
#include "backend/wire/inference.h"
#include "tests/fuzz/target.h"
#include "tests/support/message_mutator.h"
#include "tests/support/wire_samples.h"

#include <inference/grpc_service.pb.h>

namespace gnomon::fuzz {

namespace {

void requireSound(const TensorSet& tensors) {
    for (const TensorView& tensor : tensors.tensors) {
        const Result<std::int64_t> count = elementCount(tensor.shape);
        require(count.ok(), "a tensor's shape has a size");
        require(!tensor.name.empty(), "a tensor has a name");
        const Bytes copy(tensor.data.begin(), tensor.data.end()); // reads them: they must still be there
        require(checkData(tensor.type, *count, copy).ok(), "a tensor has the bytes that its shape states");
    }
}

bool same(const TensorSet& one, const TensorSet& other) {
    return std::equal(one.tensors.begin(), one.tensors.end(), other.tensors.begin(), other.tensors.end(),
                      [](const TensorView& a, const TensorView& b) {
                          return a.name == b.name && a.type == b.type && a.shape == b.shape &&
                                 std::equal(a.data.begin(), a.data.end(), b.data.begin(), b.data.end());
                      });
}

void request(ByteView input) {
    const auto message = std::make_shared<inference::ModelInferRequest>();
    if (!message->ParseFromArray(input.data(), static_cast<int>(input.size()))) {
        return;
    }
    const Result<wire::InferRequest> read = wire::readInferRequest(*message, message);
    if (!read.ok()) {
        return require(!read.error().message.empty(), "a refusal has a message");
    }
    requireSound(read->inputs);
    const auto sent = std::make_shared<inference::ModelInferRequest>();
    wire::writeInferRequest(*read, *sent);
    const Result<wire::InferRequest> again = wire::readInferRequest(*sent, sent);
    require(again.ok() && same(read->inputs, again->inputs) && read->outputs == again->outputs &&
                read->parameters == again->parameters,
            "a request that is sent on is the same");
}

void reply(ByteView input) {
    const auto message = std::make_shared<inference::ModelInferResponse>();
    if (!message->ParseFromArray(input.data(), static_cast<int>(input.size()))) {
        return;
    }
    const Result<wire::InferReply> read = wire::readInferReply(*message, message);
    if (!read.ok()) {
        return;
    }
    requireSound(read->outputs);
    const auto sent = std::make_shared<inference::ModelInferResponse>();
    wire::writeInferReply(*read, *sent);
    const Result<wire::InferReply> again = wire::readInferReply(*sent, sent);
    require(again.ok() && same(read->outputs, again->outputs), "a reply that is sent on is the same");
}

template <class Message>
bool mutateAs(std::string& input, std::uint64_t seed) {
    Message message;
    if (!message.ParseFromArray(input.data() + 1, static_cast<int>(input.size() - 1))) {
        return false;
    }
    test::MessageMutator(seed).mutate(message, 1 + static_cast<int>(seed % 3));
    input = input[0] + message.SerializeAsString();
    return true;
}

} // namespace

std::vector<std::string> seeds() {
    std::vector<std::string> all;
    wire::InferRequest raw{"pair", "1", "id", {{"a", "b"}}, makeTensorSet({test::tensor(), test::textTensor()}), {"y"}};
    inference::ModelInferRequest message;
    wire::writeInferRequest(raw, message);
    all.push_back("q" + message.SerializeAsString());
    message.clear_raw_input_contents();
    message.mutable_inputs(0)->mutable_contents()->add_fp32_contents(1);
    message.mutable_inputs(0)->mutable_contents()->add_fp32_contents(2);
    message.mutable_inputs(1)->mutable_contents()->add_bytes_contents("a");
    message.mutable_inputs(1)->mutable_contents()->add_bytes_contents("");
    all.push_back("q" + message.SerializeAsString());
    inference::ModelInferRequest narrow;
    auto& input = *narrow.add_inputs();
    input.set_name("n");
    input.set_datatype("INT8");
    input.add_shape(1);
    input.mutable_contents()->add_int_contents(-128);
    all.push_back("q" + narrow.SerializeAsString());
    inference::ModelInferResponse response;
    wire::writeInferReply({"pair", "1", "id", {{"gnomon_version", "1"}}, makeTensorSet({test::tensor()})}, response);
    all.push_back("r" + response.SerializeAsString());
    return all;
}

bool mutate(std::string& input, std::uint64_t seed) {
    return !input.empty() && (input[0] == 'r' ? mutateAs<inference::ModelInferResponse>(input, seed)
                                              : mutateAs<inference::ModelInferRequest>(input, seed));
}

void run(ByteView input) {
    if (!input.empty()) {
        input[0] == 'r' ? reply(input.subspan(1)) : request(input.subspan(1));
    }
}

} // namespace gnomon::fuzz
