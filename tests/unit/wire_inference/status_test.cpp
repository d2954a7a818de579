// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/wire/status.h"

#include <grpcpp/support/status.h>
#include <gtest/gtest.h>

namespace gnomon::wire {
namespace {

TEST(WireStatus, everyErrorCodeComesBack) {
    for (int i = 0; i <= static_cast<int>(ErrorCode::Internal); ++i) {
        const Error error{static_cast<ErrorCode>(i), "it failed", "try again", "name"};
        EXPECT_EQ(fromGrpc(toGrpc(error)), error) << codeName(error.code);
    }
}

TEST(WireStatus, bytesForAPipeReadBackTheSame) {
    const Error error{ErrorCode::FailedPrecondition, "it failed", "try again", "name"};
    EXPECT_EQ(decodeStatus(encodeStatus(error)).error(), error);
    EXPECT_TRUE(decodeStatus(encodeStatus(gnomon::Status())).ok());
    for (const std::string_view broken : {"", "x", "\xff\xff"}) {
        EXPECT_EQ(decodeStatus(broken).error().code, ErrorCode::Corrupt);
    }
}

TEST(WireStatus, successIsOk) {
    EXPECT_TRUE(toGrpc(gnomon::Status()).ok());
    EXPECT_EQ(toGrpc(gnomon::Status(Error{ErrorCode::Corrupt, "x"})).error_code(), grpc::StatusCode::DATA_LOSS);
}

TEST(WireStatus, errorWithoutRemedyHasNoDetails) {
    EXPECT_TRUE(toGrpc(Error{ErrorCode::NotFound, "x"}).error_details().empty());
}

TEST(WireStatus, peerTextIsMadePrintable) {
    const Error error = fromGrpc({grpc::StatusCode::NOT_FOUND, "a\x1b[31m\nb"});
    EXPECT_EQ(error.message, "a\\u{001b}[31m\\u{000a}b");
}

TEST(WireStatus, codesWithoutACounterpartAreMapped) {
    EXPECT_EQ(fromGrpc({grpc::StatusCode::UNKNOWN, "x"}).code, ErrorCode::Internal);
    EXPECT_EQ(fromGrpc({static_cast<grpc::StatusCode>(20), "x"}).code, ErrorCode::Internal);
    EXPECT_FALSE(fromGrpc({grpc::StatusCode::UNKNOWN, ""}).message.empty());
}

TEST(WireStatus, brokenDetailsAreIgnored) {
    const Error error = fromGrpc({grpc::StatusCode::NOT_FOUND, "x", "\xff\xff\xff"});
    EXPECT_EQ(error, (Error{ErrorCode::NotFound, "x"}));
}

TEST(WireStatus, longTextsStayBelowTheMetadataLimit) {
    const std::string longText(100000, 'a');
    const grpc::Status status = toGrpc(Error{ErrorCode::Internal, longText, longText, longText});
    // base64 of the details and the message, percent-encoded at worst
    EXPECT_LT(status.error_message().size() * 3 + status.error_details().size() * 4 / 3, 8192U);
}

} // namespace
} // namespace gnomon::wire
