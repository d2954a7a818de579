// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/domain/tensor_data.h"

#include <gtest/gtest.h>

namespace gnomon {
namespace {

std::string whyNot(DataType type, std::int64_t count, std::string_view data) {
    const Status status = checkData(type, count, asBytes(data));
    return status.ok() ? "" : status.error().message;
}

TEST(TensorData, isExactlyWhatTheShapeAsksFor) {
    EXPECT_EQ(whyNot(DataType::Fp32, 2, "12345678"), "");
    EXPECT_EQ(whyNot(DataType::Fp32, 0, ""), "");
    EXPECT_EQ(whyNot(DataType::Fp64, 2, "12345678"), "wrong number of bytes: expected 16, got 8");
    EXPECT_EQ(whyNot(DataType::Uint8, 1, "12"), "wrong number of bytes: expected 1, got 2");
    EXPECT_EQ(whyNot(DataType::Fp64, std::int64_t{1} << 31, ""), "wrong number of bytes: expected 17179869184, got 0");
}

TEST(TensorData, everyByteStringEndsWithinTheData) {
    using namespace std::string_view_literals;
    EXPECT_EQ(whyNot(DataType::ByteString, 2, "\2\0\0\0hi\0\0\0\0"sv), "");
    EXPECT_EQ(whyNot(DataType::ByteString, 3, "\2\0\0\0hi\0\0\0\0"sv), "wrong number of elements: expected 3, got 2");
    EXPECT_EQ(whyNot(DataType::ByteString, 1, "\2\0\0\0hi\0\0\0\0"sv), "4 bytes follow the last element");
    EXPECT_EQ(whyNot(DataType::ByteString, 1, "\2\0\0"sv), "the length of element 0 is cut short");
    EXPECT_EQ(whyNot(DataType::ByteString, 1, "\xff\xff\xff\xffhi"sv),
              "element 0 is cut short: expected 4294967295, got 2 bytes");
}

// A size that is hidden behind an empty dimension is one all the same.
TEST(ElementCount, refusesNegativeSizesWhereverTheyStand) {
    EXPECT_EQ(*elementCount({}), 1);
    EXPECT_EQ(*elementCount({0, std::int64_t{1} << 62}), 0);
    EXPECT_EQ(*elementCount({std::int64_t{1} << 62, 0}), 0);
    EXPECT_FALSE(elementCount({0, -1}).ok());
    EXPECT_FALSE(elementCount({-1, 0}).ok());
    EXPECT_FALSE(elementCount({std::int64_t{1} << 62, 4}).ok());
    EXPECT_FALSE(elementCount({65536, 65536}).ok());
}

} // namespace
} // namespace gnomon
