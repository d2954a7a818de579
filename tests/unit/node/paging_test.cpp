// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/paging.h"

#include <gtest/gtest.h>

namespace gnomon {
namespace {

TEST(Paging, tokensLeadThroughTheWholeList) {
    const auto first = node::pageOf(2, 10, "", 5).value();
    EXPECT_EQ(first.end, 2u);
    const auto second = node::pageOf(2, 10, first.next, 5).value();
    EXPECT_EQ(second.begin, 2u);
    const auto third = node::pageOf(2, 10, second.next, 5).value();
    EXPECT_EQ(third.begin, 4u);
    EXPECT_EQ(third.end, 5u);
    EXPECT_EQ(third.next, "");
}

TEST(Paging, sizeZeroIsTheUsualAndLargeOnesAreReduced) {
    EXPECT_EQ(node::pageOf(0, 3, "", 5).value().end, 3u);
    EXPECT_EQ(node::pageOf(1'000'000, 3, "", 5000).value().end, 1000u);
}

TEST(Paging, whatTheNodeDidNotMakeIsRefused) {
    EXPECT_EQ(node::pageOf(-1, 3, "", 5).error().field, "page_size");
    EXPECT_EQ(node::pageOf(1, 3, "x", 5).error().field, "page_token");
    EXPECT_EQ(node::pageOf(1, 3, "99999999999999999999", 5).error().field, "page_token");
}

TEST(Paging, tokenBeyondTheEndIsAnEmptyPage) {
    const auto page = node::pageOf(1, 3, "7", 5).value();
    EXPECT_EQ(page.begin, page.end);
    EXPECT_EQ(page.next, "");
}

} // namespace
} // namespace gnomon
