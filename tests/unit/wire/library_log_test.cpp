// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/wire/library_log.h"

#include <grpc/support/log.h>
#include <gtest/gtest.h>

namespace gnomon::wire {
namespace {

class LibraryLog : public ::testing::Test {
protected:
    static std::string said(gpr_log_severity severity, const char* text) {
        routeLibraryLogs();
        gpr_log_verbosity_init(); // gRPC does that when it is first used
        ::testing::internal::CaptureStderr();
        gpr_log(__FILE__, __LINE__, severity, "%s", text);
        return ::testing::internal::GetCapturedStderr();
    }
};

TEST_F(LibraryLog, whatPeersCanCauseIsNotWritten) {
    EXPECT_EQ(said(GPR_LOG_SEVERITY_ERROR, "Handshake failed with fatal error"), "");
}

TEST_F(LibraryLog, theLastWordsBeforeAnAbortAre) {
    const std::string line = said(GPR_LOG_SEVERITY_ERROR, "assertion failed: metadata is legal");
    EXPECT_NE(line.find("error grpc text=\"assertion failed: metadata is legal\""), std::string::npos) << line;
}

} // namespace
} // namespace gnomon::wire
