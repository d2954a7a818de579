// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/wire/library_log.h"
#include "backend/base/log.h"

#include <google/protobuf/stubs/logging.h>
#include <grpc/support/log.h>

#include <string>

namespace gnomon::wire {

namespace {

void fromGrpc(gpr_log_func_args* args) {
    logEvent(LogLevel::Debug, "grpc", {{"text", args->message}});
}

void fromProtobuf(google::protobuf::LogLevel, const char*, int, const std::string& message) {
    logEvent(LogLevel::Debug, "protobuf", {{"text", message}});
}

} // namespace

void routeLibraryLogs() {
    gpr_set_log_function(fromGrpc);
    google::protobuf::SetLogHandler(fromProtobuf);
}

} // namespace gnomon::wire
