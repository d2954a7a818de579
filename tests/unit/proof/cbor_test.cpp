// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/proof/cbor_reader.h"
#include "backend/proof/cbor_writer.h"

#include <gtest/gtest.h>

#include <limits>

namespace gnomon::proof {
namespace {

Bytes hex(std::string_view text) {
    return fromHex(text).value();
}

template <class Write>
std::string written(Write write) {
    CborWriter out;
    write(out);
    return toHex(std::move(out).finish().value());
}

struct IntegerVector {
    std::int64_t value;
    const char* encoded;
};

// RFC 8949 appendix A.
const std::vector<IntegerVector> kIntegers = {{0, "00"},
                                              {1, "01"},
                                              {10, "0a"},
                                              {23, "17"},
                                              {24, "1818"},
                                              {25, "1819"},
                                              {100, "1864"},
                                              {1000, "1903e8"},
                                              {1000000, "1a000f4240"},
                                              {1000000000000, "1b000000e8d4a51000"},
                                              {-1, "20"},
                                              {-10, "29"},
                                              {-100, "3863"},
                                              {-1000, "3903e7"},
                                              {255, "18ff"},
                                              {256, "190100"},
                                              {65535, "19ffff"},
                                              {65536, "1a00010000"},
                                              {4294967295, "1affffffff"},
                                              {4294967296, "1b0000000100000000"},
                                              {std::numeric_limits<std::int64_t>::max(), "1b7fffffffffffffff"},
                                              {std::numeric_limits<std::int64_t>::min(), "3b7fffffffffffffff"}};

TEST(Cbor, integersAreThoseOfTheStandard) {
    for (const IntegerVector& vector : kIntegers) {
        EXPECT_EQ(written([&](CborWriter& out) { out.integer(vector.value); }), vector.encoded);
        const Bytes bytes = hex(vector.encoded);
        CborReader in(bytes);
        EXPECT_EQ(in.integer(), vector.value);
        EXPECT_TRUE(in.finish().ok());
    }
    EXPECT_EQ(written([](CborWriter& out) { out.number(~std::uint64_t{0}); }), "1bffffffffffffffff");
}

TEST(Cbor, otherItemsAreThoseOfTheStandard) {
    EXPECT_EQ(written([](CborWriter& out) { out.boolean(false); }), "f4");
    EXPECT_EQ(written([](CborWriter& out) { out.boolean(true); }), "f5");
    EXPECT_EQ(written([](CborWriter& out) { out.null(); }), "f6");
    EXPECT_EQ(written([](CborWriter& out) { out.bytes({}); }), "40");
    EXPECT_EQ(written([](CborWriter& out) { out.bytes(hex("01020304")); }), "4401020304");
    EXPECT_EQ(written([](CborWriter& out) { out.text(""); }), "60");
    EXPECT_EQ(written([](CborWriter& out) { out.text("IETF"); }), "6449455446");
    EXPECT_EQ(written([](CborWriter& out) { out.text("\u6c34"); }), "63e6b0b4");
    EXPECT_EQ(written([](CborWriter& out) {
                  out.array(3);
                  out.number(1);
                  out.number(2);
                  out.number(3);
              }),
              "83010203");
    EXPECT_EQ(written([](CborWriter& out) {
                  out.map(2);
                  out.key(1);
                  out.number(2);
                  out.key(3);
                  out.number(4);
              }),
              "a201020304");
}

TEST(Cbor, everythingThatIsWrittenIsReadAgain) {
    CborWriter out;
    out.map(3);
    out.key(0);
    out.array(4);
    out.boolean(true);
    out.null();
    out.text("text");
    out.bytes(hex("00ff"));
    out.key(1);
    out.integer(-5);
    out.key(2);
    out.boolean(false);
    const Bytes bytes = std::move(out).finish().value();
    CborReader in(bytes);
    in.mapOf(3);
    in.key(0);
    EXPECT_EQ(in.array(10), 4u);
    EXPECT_TRUE(in.boolean());
    EXPECT_TRUE(in.null());
    EXPECT_EQ(in.text(10), "text");
    EXPECT_EQ(toHex(in.bytes(10)), "00ff");
    in.key(1);
    EXPECT_EQ(in.integer(), -5);
    in.key(2);
    EXPECT_FALSE(in.boolean());
    EXPECT_TRUE(in.finish().ok());
}

template <class Read>
bool reads(std::string_view encoded, Read read) {
    const Bytes bytes = hex(encoded);
    CborReader in(bytes);
    read(in);
    return in.finish().ok();
}

TEST(Cbor, numbersThatAreNotShortestAreRefused) {
    for (const char* encoded : {"1800", "1817", "190000", "1900ff", "1a00000000", "1a0000ffff", "1b0000000000000000",
                                "1b00000000ffffffff", "3800", "3900ff"}) {
        EXPECT_FALSE(reads(encoded, [](CborReader& in) { in.integer(); })) << encoded;
    }
    EXPECT_FALSE(reads("580161", [](CborReader& in) { in.bytes(10); }));
    EXPECT_FALSE(reads("780161", [](CborReader& in) { in.text(10); }));
    EXPECT_FALSE(reads("980100", [](CborReader& in) {
        in.array(10);
        in.number();
    }));
}

TEST(Cbor, indefiniteReservedTaggedAndFloatingItemsAreRefused) {
    for (const char* encoded : {"5f4101ff", "7f6161ff", "9f00ff", "bf0000ff", "1c", "1f", "f97e00", "fa00000000",
                                "fb0000000000000000", "c000", "f7", "f818", "ff"}) {
        EXPECT_FALSE(reads(encoded, [](CborReader& in) { in.integer(); })) << encoded;
        EXPECT_FALSE(reads(encoded, [](CborReader& in) { in.bytes(10); })) << encoded;
        EXPECT_FALSE(reads(encoded, [](CborReader& in) { in.text(10); })) << encoded;
        EXPECT_FALSE(reads(encoded, [](CborReader& in) { in.array(10); })) << encoded;
        EXPECT_FALSE(reads(encoded, [](CborReader& in) { in.boolean(); })) << encoded;
    }
}

TEST(Cbor, keysOutOfOrderTwiceOrUnknownAreRefused) {
    const auto two = [](CborReader& in) {
        in.mapOf(2);
        in.key(0);
        in.number();
        in.key(1);
        in.number();
    };
    EXPECT_TRUE(reads("a200000101", two));
    EXPECT_FALSE(reads("a201010000", two)) << "order";
    EXPECT_FALSE(reads("a200000000", two)) << "twice";
    EXPECT_FALSE(reads("a200000201", two)) << "unknown";
    EXPECT_FALSE(reads("a10000", two)) << "too few";
    EXPECT_FALSE(reads("a3000001010202", two)) << "too many";
    EXPECT_FALSE(reads("a20000010100", two)) << "something follows";
}

TEST(Cbor, textMustBeUtf8) {
    for (const char* encoded : {"61ff", "62c080", "63eda080", "64f4908080", "61c3"}) {
        EXPECT_FALSE(reads(encoded, [](CborReader& in) { in.text(10); })) << encoded;
    }
    CborWriter out;
    out.text("\xff");
    EXPECT_FALSE(std::move(out).finish().ok());
}

TEST(Cbor, hugeClaimsAreRefusedWithoutBeingBelieved) {
    EXPECT_FALSE(reads("5bffffffffffffffff", [](CborReader& in) { in.bytes(~std::size_t{0}); }));
    EXPECT_FALSE(reads("9b7fffffffffffffff", [](CborReader& in) { EXPECT_EQ(in.array(~std::size_t{0}), 0u); }));
    EXPECT_FALSE(reads("9a00100000", [](CborReader& in) { EXPECT_EQ(in.array(2'000'000), 0u); }));
    EXPECT_FALSE(reads("43010203", [](CborReader& in) { EXPECT_TRUE(in.bytes(2).empty()); }));
    EXPECT_FALSE(reads("1864", [](CborReader& in) { EXPECT_EQ(in.number(99), 0u); }));
    EXPECT_FALSE(reads("3bffffffffffffffff", [](CborReader& in) { EXPECT_EQ(in.integer(), 0); }));
}

TEST(Cbor, cutShortIsToldFromWrong) {
    const Bytes whole = hex("4401020304");
    for (std::size_t size = 0; size < whole.size(); ++size) {
        CborReader in(ByteView(whole).first(size));
        in.bytes(10);
        EXPECT_TRUE(in.cutShort()) << size;
    }
    const Bytes wrong = hex("64");
    CborReader in(wrong);
    in.bytes(10);
    EXPECT_FALSE(in.ok());
    EXPECT_FALSE(in.cutShort());
}

TEST(Cbor, afterAFailureEverythingReadsAsNothing) {
    const Bytes bytes = hex("f60101");
    CborReader in(bytes);
    EXPECT_EQ(in.number(), 0u);
    EXPECT_EQ(in.number(), 0u);
    EXPECT_EQ(in.array(5), 0u);
    EXPECT_FALSE(in.null());
    EXPECT_EQ(in.status().error().code, ErrorCode::Corrupt);
}

} // namespace
} // namespace gnomon::proof
