// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/result.h"

#include <chrono>
#include <string>
#include <string_view>

namespace grpc {
class Status;
}

namespace gnomon::wire {

// Code, message, and field and remedy as status details. What is too long for a call's trailing metadata is cut.
grpc::Status toGrpc(const Error& error);
// OK, or the error.
grpc::Status toGrpc(const gnomon::Status& status);

// One that the peer may try again later. The delay is told as google.rpc.RetryInfo in the details; the remedy, for
// callers whose clients show nothing but the message, in the message.
grpc::Status toGrpc(const Error& error, std::chrono::milliseconds retryAfter);

// The failure a peer reported, made safe to print. Details that cannot be read are ignored. REQUIRES: !status.ok().
Error fromGrpc(const grpc::Status& status);

// The same as bytes, for a pipe between two of our own processes. Corrupt when the bytes are not such a message.
std::string encodeStatus(const gnomon::Status& status);
gnomon::Status decodeStatus(std::string_view bytes);

} // namespace gnomon::wire
