// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/base/result.h"

namespace gnomon {

const char* codeName(ErrorCode code) {
    switch (code) {
    case ErrorCode::InvalidArgument:
        return "INVALID_ARGUMENT";
    case ErrorCode::NotFound:
        return "NOT_FOUND";
    case ErrorCode::AlreadyExists:
        return "ALREADY_EXISTS";
    case ErrorCode::FailedPrecondition:
        return "FAILED_PRECONDITION";
    case ErrorCode::Unavailable:
        return "UNAVAILABLE";
    case ErrorCode::DeadlineExceeded:
        return "DEADLINE_EXCEEDED";
    case ErrorCode::Cancelled:
        return "CANCELLED";
    case ErrorCode::ResourceExhausted:
        return "RESOURCE_EXHAUSTED";
    case ErrorCode::Unauthenticated:
        return "UNAUTHENTICATED";
    case ErrorCode::PermissionDenied:
        return "PERMISSION_DENIED";
    case ErrorCode::Unimplemented:
        return "UNIMPLEMENTED";
    case ErrorCode::Corrupt:
        return "CORRUPT";
    case ErrorCode::Internal:
        return "INTERNAL";
    }
    return "INTERNAL";
}

} // namespace gnomon
