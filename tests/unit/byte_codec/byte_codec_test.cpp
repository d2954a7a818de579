// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/base/byte_codec.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace gnomon {
namespace {

TEST(ByteCodec, valuesComeBackAsTheyWere) {
    ByteWriter out;
    for (unsigned bit = 0; bit < 64; ++bit) {
        out.number(1ull << bit);
        out.number((1ull << bit) - 1);
        out.signedNumber(static_cast<std::int64_t>(1ull << bit));
        out.signedNumber(-static_cast<std::int64_t>((1ull << bit) / 2));
        out.fixed(~0ull << bit);
    }
    out.number(std::numeric_limits<std::uint64_t>::max());
    out.signedNumber(std::numeric_limits<std::int64_t>::max());
    out.real(-0.0);
    out.real(0.1);
    out.real(std::numeric_limits<double>::infinity());
    out.byte(255);
    out.text("");
    out.text("gnomon");
    ByteReader in(out.view());
    for (unsigned bit = 0; bit < 64; ++bit) {
        EXPECT_EQ(in.number(), 1ull << bit);
        EXPECT_EQ(in.number(), (1ull << bit) - 1);
        EXPECT_EQ(in.signedNumber(), static_cast<std::int64_t>(1ull << bit));
        EXPECT_EQ(in.signedNumber(), -static_cast<std::int64_t>((1ull << bit) / 2));
        EXPECT_EQ(in.fixed(), ~0ull << bit);
    }
    EXPECT_EQ(in.number(), std::numeric_limits<std::uint64_t>::max());
    EXPECT_EQ(in.signedNumber(), std::numeric_limits<std::int64_t>::max());
    EXPECT_TRUE(std::signbit(in.real()));
    EXPECT_EQ(in.real(), 0.1);
    EXPECT_EQ(in.real(), std::numeric_limits<double>::infinity());
    EXPECT_EQ(in.byte(), 255);
    EXPECT_EQ(in.text(), "");
    EXPECT_EQ(in.text(), "gnomon");
    EXPECT_TRUE(in.finished());
}

TEST(ByteCodec, afterAFailureEverythingIsEmpty) {
    const Bytes bytes = {5, 'a', 'b', 1, 1};
    ByteReader in(bytes);
    EXPECT_EQ(in.text(), ""); // five bytes announced, four left
    EXPECT_FALSE(in.ok());
    EXPECT_EQ(in.number(), 0u);
    EXPECT_EQ(in.byte(), 0);
    EXPECT_EQ(in.real(), 0);
    EXPECT_FALSE(in.finished());
}

TEST(ByteCodec, overlongNumbersAreRefused) {
    Bytes eleven(10, 0x80);
    eleven.push_back(0);
    ByteReader tooLong(eleven);
    tooLong.number();
    EXPECT_FALSE(tooLong.ok());
    Bytes large(9, 0xff);
    large.push_back(0x02); // bit 64
    ByteReader tooLarge(large);
    tooLarge.number();
    EXPECT_FALSE(tooLarge.ok());
}

TEST(ByteCodec, countsAreHeldToWhatCanFollow) {
    const Bytes bytes = {3, 0, 0};
    ByteReader shortOne(bytes);
    EXPECT_EQ(shortOne.count(100), 0u);
    EXPECT_FALSE(shortOne.ok());
    const Bytes enough = {2, 0, 0};
    ByteReader in(enough);
    EXPECT_EQ(in.count(100), 2u);
    ByteReader limited(enough);
    EXPECT_EQ(limited.count(1), 0u);
    EXPECT_FALSE(limited.ok());
    ByteReader code(enough);
    EXPECT_EQ(code.upTo(1), 0u);
    EXPECT_FALSE(code.ok());
}

TEST(ByteCodec, whatIsLeftOverIsNotFinished) {
    const Bytes bytes = {1, 2};
    ByteReader in(bytes);
    in.byte();
    EXPECT_TRUE(in.ok());
    EXPECT_FALSE(in.finished());
}

} // namespace
} // namespace gnomon
