// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/wire/status.h"

#include "backend/base/bytes.h"

#include <gnomon/v1/error.pb.h>
#include <google/protobuf/duration.pb.h>
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

v1::StatusDetails detailsOf(const Error& error) {
    v1::StatusDetails details;
    details.set_code(codeOf(error.code));
    details.set_message(printable(error.message, kMostMessageBytes));
    if (!error.field.empty() || !error.remedy.empty()) {
        v1::ErrorDetail detail;
        detail.set_field(printable(error.field, kMostFieldBytes));
        detail.set_remedy(printable(error.remedy, kMostRemedyBytes));
        details.add_details()->PackFrom(detail);
    }
    return details;
}

Error errorOf(grpc::StatusCode code, std::string_view message, const v1::StatusDetails& details) {
    Error error{codeOf(code), printable(message, kMostMessageBytes)};
    if (error.message.empty()) {
        error.message = std::string("the peer gave no reason with ") + codeName(error.code);
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

} // namespace

grpc::Status toGrpc(const Error& error) {
    const v1::StatusDetails details = detailsOf(error);
    const bool more = details.details_size() > 0;
    return {codeOf(error.code), details.message(), more ? details.SerializeAsString() : ""};
}

grpc::Status toGrpc(const Error& error, std::chrono::milliseconds retryAfter) {
    google::protobuf::Duration delay;
    delay.set_seconds(retryAfter.count() / 1000);
    delay.set_nanos(static_cast<std::int32_t>(retryAfter.count() % 1000) * 1'000'000);
    const std::string inner = delay.SerializeAsString(); // at most a dozen bytes
    v1::StatusDetails details;
    details.set_code(codeOf(error.code));
    details.set_message(
        printable(error.remedy.empty() ? error.message : error.message + "; " + error.remedy, kMostMessageBytes));
    google::protobuf::Any& info = *details.add_details();
    info.set_type_url("type.googleapis.com/google.rpc.RetryInfo");
    info.set_value(std::string{'\x0a', static_cast<char>(inner.size())} + inner); // its field 1, retry_delay
    return {codeOf(error.code), details.message(), details.SerializeAsString()};
}

grpc::Status toGrpc(const gnomon::Status& status) {
    return status.ok() ? grpc::Status::OK : toGrpc(status.error());
}

Error fromGrpc(const grpc::Status& status) {
    v1::StatusDetails details;
    if (!details.ParseFromString(status.error_details())) {
        details.Clear();
    }
    return errorOf(status.error_code(), status.error_message(), details);
}

std::string encodeStatus(const gnomon::Status& status) {
    v1::StatusDetails details;
    details.set_message("ok"); // so that success is not nothing at all
    return status.ok() ? details.SerializeAsString() : detailsOf(status.error()).SerializeAsString();
}

gnomon::Status decodeStatus(std::string_view bytes) {
    v1::StatusDetails details;
    const bool read = details.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
    if (!read || details.message().empty() || details.code() < 0 ||
        details.code() > grpc::StatusCode::UNAUTHENTICATED) {
        return Error{ErrorCode::Corrupt, "a process did not say whether it succeeded"};
    }
    if (details.code() == grpc::StatusCode::OK) {
        return {};
    }
    return errorOf(static_cast<grpc::StatusCode>(details.code()), details.message(), details);
}

} // namespace gnomon::wire
