// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/wire/status.h"

#include "backend/base/bytes.h"

#include <gnomon/v1/error.pb.h>
#include <grpcpp/support/status.h>

#include <string_view>

namespace gnomon::wire {

namespace {

// Together they stay below the 8 KiB that peers accept as metadata, also when every byte is escaped.
constexpr std::size_t kMostMessageBytes = 1024;
constexpr std::size_t kMostRemedyBytes = 512;
constexpr std::size_t kMostFieldBytes = 128;

grpc::StatusCode codeOf(ErrorCode code) {
    switch (code) {
    case ErrorCode::InvalidArgument:
        return grpc::StatusCode::INVALID_ARGUMENT;
    case ErrorCode::NotFound:
        return grpc::StatusCode::NOT_FOUND;
    case ErrorCode::AlreadyExists:
        return grpc::StatusCode::ALREADY_EXISTS;
    case ErrorCode::FailedPrecondition:
        return grpc::StatusCode::FAILED_PRECONDITION;
    case ErrorCode::Unavailable:
        return grpc::StatusCode::UNAVAILABLE;
    case ErrorCode::DeadlineExceeded:
        return grpc::StatusCode::DEADLINE_EXCEEDED;
    case ErrorCode::Cancelled:
        return grpc::StatusCode::CANCELLED;
    case ErrorCode::ResourceExhausted:
        return grpc::StatusCode::RESOURCE_EXHAUSTED;
    case ErrorCode::Unauthenticated:
        return grpc::StatusCode::UNAUTHENTICATED;
    case ErrorCode::PermissionDenied:
        return grpc::StatusCode::PERMISSION_DENIED;
    case ErrorCode::Unimplemented:
        return grpc::StatusCode::UNIMPLEMENTED;
    case ErrorCode::Corrupt:
        return grpc::StatusCode::DATA_LOSS;
    case ErrorCode::Internal:
        return grpc::StatusCode::INTERNAL;
    }
    return grpc::StatusCode::INTERNAL;
}

// A peer may send any number, so this switch does have a last resort.
ErrorCode codeOf(grpc::StatusCode code) {
    switch (code) {
    case grpc::StatusCode::INVALID_ARGUMENT:
    case grpc::StatusCode::OUT_OF_RANGE:
        return ErrorCode::InvalidArgument;
    case grpc::StatusCode::NOT_FOUND:
        return ErrorCode::NotFound;
    case grpc::StatusCode::ALREADY_EXISTS:
        return ErrorCode::AlreadyExists;
    case grpc::StatusCode::FAILED_PRECONDITION:
    case grpc::StatusCode::ABORTED:
        return ErrorCode::FailedPrecondition;
    case grpc::StatusCode::UNAVAILABLE:
        return ErrorCode::Unavailable;
    case grpc::StatusCode::DEADLINE_EXCEEDED:
        return ErrorCode::DeadlineExceeded;
    case grpc::StatusCode::CANCELLED:
        return ErrorCode::Cancelled;
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
        return ErrorCode::ResourceExhausted;
    case grpc::StatusCode::UNAUTHENTICATED:
        return ErrorCode::Unauthenticated;
    case grpc::StatusCode::PERMISSION_DENIED:
        return ErrorCode::PermissionDenied;
    case grpc::StatusCode::UNIMPLEMENTED:
        return ErrorCode::Unimplemented;
    case grpc::StatusCode::DATA_LOSS:
        return ErrorCode::Corrupt;
    case grpc::StatusCode::OK:
    case grpc::StatusCode::UNKNOWN:
    case grpc::StatusCode::INTERNAL:
    case grpc::StatusCode::DO_NOT_USE:
        return ErrorCode::Internal;
    }
    return ErrorCode::Internal;
}

} // namespace

grpc::Status toGrpc(const Error& error) {
    const grpc::StatusCode code = codeOf(error.code);
    const std::string message = printable(error.message, kMostMessageBytes);
    if (error.field.empty() && error.remedy.empty()) {
        return {code, message};
    }
    v1::ErrorDetail detail;
    detail.set_field(printable(error.field, kMostFieldBytes));
    detail.set_remedy(printable(error.remedy, kMostRemedyBytes));
    v1::StatusDetails details;
    details.set_code(code);
    details.set_message(message);
    details.add_details()->PackFrom(detail);
    return {code, message, details.SerializeAsString()};
}

grpc::Status toGrpc(const gnomon::Status& status) {
    return status.ok() ? grpc::Status::OK : toGrpc(status.error());
}

Error fromGrpc(const grpc::Status& status) {
    Error error{codeOf(status.error_code()), printable(status.error_message(), kMostMessageBytes)};
    if (error.message.empty()) {
        error.message = std::string("the peer gave no reason with ") + codeName(error.code);
    }
    v1::StatusDetails details;
    if (status.error_details().empty() || !details.ParseFromString(status.error_details())) {
        return error;
    }
    for (const google::protobuf::Any& any : details.details()) {
        v1::ErrorDetail detail;
        if (any.Is<v1::ErrorDetail>() && any.UnpackTo(&detail)) {
            error.field = printable(detail.field(), kMostFieldBytes);
            error.remedy = printable(detail.remedy(), kMostRemedyBytes);
        }
    }
    return error;
}

} // namespace gnomon::wire
