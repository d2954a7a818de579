// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/base/bytes.h"

#include <gtest/gtest.h>

namespace gnomon {
namespace {

TEST(Printable, keepsWhatCanBeSeen) {
    EXPECT_EQ(printable("caf\xc3\xa9 \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x90\x8e"),
              "caf\xc3\xa9 \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x90\x8e");
}

TEST(Printable, escapesWhatATerminalOrAReaderWouldBeFooledBy) {
    EXPECT_EQ(printable("a\nb\x1b[2J\x7f"), "a\\u{000a}b\\u{001b}[2J\\u{007f}");
    EXPECT_EQ(printable("\xc2\x9b"), "\\u{009b}"); // CSI in one character
    EXPECT_EQ(printable("\xe2\x80\xae"
                        "gpj"),
              "\\u{202e}gpj"); // right to left from here
    EXPECT_EQ(printable("a\xc2\xad"
                        "b"),
              "a\\u{00ad}b");                                               // takes no room: soft hyphen,
    EXPECT_EQ(printable("\xe1\xa0\x8e\xef\xbb\xbf"), "\\u{180e}\\u{feff}"); // Mongolian separator, byte order mark,
    EXPECT_EQ(printable("\xef\xbf\xb9"), "\\u{fff9}");                      // annotation,
    EXPECT_EQ(printable("\xf3\xa0\x81\xa1"), "\\u{e0061}");                 // a letter as a tag
    EXPECT_EQ(printable("\xff\xc0\x80"), "\\xff\\xc0\\x80");
}

TEST(Printable, endsWithinItsLimit) {
    EXPECT_EQ(printable("abcdef", 4), "abcd...");
    EXPECT_EQ(printable("abc\n", 5), "abc...");
}

} // namespace
} // namespace gnomon
