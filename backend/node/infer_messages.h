// SPDX-License-Identifier: GPL-3.0-or-later
// Shows gRPC types: for the files of this folder only.
#pragma once

#include "backend/base/result.h"

#include <grpcpp/support/byte_buffer.h>
#include <inference/grpc_service.pb.h>

#include <string_view>

// Messages of the protocol as they come and go on the wire. A request is read only once its call was admitted.
namespace gnomon::node {

// What a request says of itself at its beginning. Whoever writes such a message may write what he likes: for estimates
// and records only.
struct Claims {
    std::string_view model;
    std::string_view id;
};

// Without reading the request; empty where that takes more than a look at its beginning. Valid as long as the buffer.
Claims claimsOf(const grpc::ByteBuffer& buffer);

// InvalidArgument when the bytes are no such message.
Status readMessage(const grpc::ByteBuffer& buffer, inference::ModelInferRequest& message);
// Internal when the message is too large for the wire.
Result<grpc::ByteBuffer> writeMessage(const google::protobuf::Message& message);

} // namespace gnomon::node
