// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/wire/library_log.h"
#include "backend/base/log.h"

#include <google/protobuf/stubs/logging.h>
#include <grpc/support/log.h>

#include <string>

namespace gnomon::wire {

namespace {

// gRPC calls an error whatever a peer does wrong. Its last words, before it ends the process, are all that tells why.
void fromGrpc(gpr_log_func_args* args) {
    const std::string text = args->message;
    const bool last = args->severity == GPR_LOG_SEVERITY_ERROR && (text.find("assertion failed") != std::string::npos ||
                                                                   text.find("API misuse") != std::string::npos);
    logEvent(last ? LogLevel::Error : LogLevel::Debug, "grpc", {{"text", text}});
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
