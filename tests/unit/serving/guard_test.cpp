// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/steps/guard.h"
#include "tests/support/fake_runner.h"

#include <gtest/gtest.h>

namespace gnomon::serving {
namespace {

using test::floats;

TEST(Constant, isRepeatedForEveryRow) {
    const auto outputs = constantFor({floats("p", {1, 2}, {0.25F, 0.75F}), floats("s", {}, {1})}, 3);
    ASSERT_TRUE(outputs.ok());
    EXPECT_EQ(copyTensors(*outputs)[0], floats("p", {3, 2}, {0.25F, 0.75F, 0.25F, 0.75F, 0.25F, 0.75F}));
    EXPECT_EQ(copyTensors(*outputs)[1], floats("s", {}, {1}));
}

TEST(Constant, smallRequestCannotAskForAHugeAnswer) {
    for (const std::int64_t rows : {std::int64_t{1} << 40, std::int64_t{1} << 24, std::int64_t{-1}}) {
        const auto outputs = constantFor({floats("p", {1, 2}, {0.25F, 0.75F})}, rows);
        ASSERT_FALSE(outputs.ok()) << rows;
        EXPECT_EQ(outputs.error().code, ErrorCode::InvalidArgument);
    }
    EXPECT_TRUE(constantFor({floats("p", {1, 2}, {0.25F, 0.75F})}, 0).ok());
}

} // namespace
} // namespace gnomon::serving
