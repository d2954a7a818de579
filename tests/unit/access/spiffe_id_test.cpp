// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/access/spiffe_id.h"

#include <gtest/gtest.h>

namespace gnomon::access {
namespace {

TEST(SpiffeId, isTakenApart) {
    const auto id = parseSpiffeId("spiffe://example.org/console/ada/Laptop_1");
    ASSERT_TRUE(id.ok());
    EXPECT_EQ(*id, (SpiffeId{"example.org", {"console", "ada", "Laptop_1"}}));
}

class MalformedSpiffeId : public testing::TestWithParam<std::string> {};

TEST_P(MalformedSpiffeId, isRefused) {
    const auto id = parseSpiffeId(GetParam());
    ASSERT_FALSE(id.ok());
    EXPECT_EQ(id.error().code, ErrorCode::Unauthenticated);
}

INSTANTIATE_TEST_SUITE_P(All, MalformedSpiffeId,
                         testing::Values("", "spiffe://", "spiffe://example", "spiffe://example/", "spiffe:///a",
                                         "https://example/a", "SPIFFE://example/a", "spiffe://Example/a",
                                         "spiffe://example/a/", "spiffe://example//a", "spiffe://example/./a",
                                         "spiffe://example/../a", "spiffe://example/a?b", "spiffe://example/a#b",
                                         "spiffe://example:1/a", "spiffe://u@example/a", "spiffe://example/%61",
                                         "spiffe://example/a b", std::string("spiffe://example/a\0b", 20),
                                         "spiffe://example/" + std::string(2048, 'a')));

} // namespace
} // namespace gnomon::access
