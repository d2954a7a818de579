// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/infer_messages.h"

#include <grpcpp/impl/codegen/proto_utils.h> // how generated code reads and writes messages
#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/proto_buffer_writer.h>

namespace gnomon::node {

namespace {

constexpr std::size_t kMostText = 255;

// Tags of fields 1 to 3, all text; every writer puts fields in this order.
enum Tag : unsigned char { kModel = 0x0a, kVersion = 0x12, kId = 0x1a };

} // namespace

Claims claimsOf(const grpc::ByteBuffer& buffer) {
    grpc::ByteBuffer same = buffer; // shares its slices, but has a copy of small ones: nothing may point into them
    grpc::ProtoBufferReader reader(&same);
    const void* start = nullptr;
    int size = 0;
    if (!reader.Next(&start, &size)) {
        return {};
    }
    std::string_view rest(static_cast<const char*>(start), static_cast<std::size_t>(size));
    Claims claims;
    while (rest.size() > 2) {
        const auto tag = static_cast<unsigned char>(rest[0]);
        const auto low = static_cast<unsigned char>(rest[1]);
        const std::size_t head = low < 0x80 ? 2 : 3;
        const std::size_t length = low < 0x80 ? low : (low & 0x7fU) | static_cast<std::size_t>(rest[2]) << 7;
        if ((tag != kModel && tag != kVersion && tag != kId) || length > kMostText || head + length > rest.size()) {
            break;
        }
        if (tag != kVersion) {
            (tag == kModel ? claims.model : claims.id) = rest.substr(head, length);
        }
        rest.remove_prefix(head + length);
    }
    return claims;
}

Status readMessage(const grpc::ByteBuffer& buffer, inference::ModelInferRequest& message) {
    grpc::ByteBuffer same = buffer;
    if (!grpc::SerializationTraits<inference::ModelInferRequest>::Deserialize(&same, &message).ok()) {
        return Error{ErrorCode::InvalidArgument, "the request is no message of type inference.ModelInferRequest",
                     "send what inference/grpc_service.proto describes"};
    }
    return {};
}

Result<grpc::ByteBuffer> writeMessage(const google::protobuf::Message& message) {
    grpc::ByteBuffer buffer;
    bool own = false;
    const grpc::Status written =
        grpc::GenericSerialize<grpc::ProtoBufferWriter, google::protobuf::Message>(message, &buffer, &own);
    if (!written.ok()) {
        return Error{ErrorCode::Internal, "the reply cannot be written: " + written.error_message()};
    }
    return buffer;
}

} // namespace gnomon::node
