// SPDX-License-Identifier: GPL-3.0-or-later
// Shows gRPC types: for the files of this folder only.
#pragma once

#include "backend/base/result.h"

#include <google/protobuf/arena.h>
#include <grpcpp/support/byte_buffer.h>
#include <inference/grpc_service.pb.h>

#include <array>
#include <string>

// Messages of the protocol as they come and go on the wire. A request is read only once its call was admitted.
namespace gnomon::node {

// A message whose parts lie together with it, as far as they are small: most messages then take no memory of their own.
template <class Message>
class InArena {
    static constexpr std::size_t kRoom = 2048; // a few tensors and parameters; more is taken when needed
    alignas(8) std::array<char, kRoom> m_room;
    google::protobuf::Arena m_arena{m_room.data(), m_room.size()};

public:
    InArena() = default;
    InArena(const InArena&) = delete;
    InArena& operator=(const InArena&) = delete;

    Message& message = *google::protobuf::Arena::CreateMessage<Message>(&m_arena);
};

// What a request says of itself at its beginning. Whoever writes such a message may write what he likes: for estimates
// and records only.
struct Claims {
    std::string model;
    std::string id;
};

// Without reading the request; empty where that takes more than a look at its beginning.
Claims claimsOf(const grpc::ByteBuffer& buffer);

// InvalidArgument when the bytes are no such message.
Status readMessage(const grpc::ByteBuffer& buffer, inference::ModelInferRequest& message);
// Internal when the message is too large for the wire.
Result<grpc::ByteBuffer> writeMessage(const google::protobuf::Message& message);

} // namespace gnomon::node
