// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <grpcpp/support/status_code_enum.h>
#include <inference/grpc_service.pb.h>

#include <map>
#include <string>
#include <vector>

namespace gnomon::test {

// A model that hands each input through: output "NAME_out" is input "NAME".
struct EchoModel {
    struct Input {
        std::string datatype;
        std::vector<std::int64_t> shape; // -1: any size
    };
    std::map<std::string, Input> inputs;
};
using EchoModels = std::map<std::string, EchoModel>; // by endpoint, each as version 1

// One thing that is wrong with a request: the statuses it may earn, and a text of which the message must hold a part.
struct Fault {
    grpc::StatusCode code;
    std::string says;
};

// Everything that is wrong with a request, by the protocol's rules and the models alone; nothing: it must be answered.
// Written against the specification, and shares no line with the code under test.
std::vector<Fault> faultsOf(const inference::ModelInferRequest& request, const EchoModels& models);

// Empty, or what is wrong with the answer to a request without a fault.
std::string wrongEcho(const inference::ModelInferRequest& request, const inference::ModelInferResponse& response);

} // namespace gnomon::test
