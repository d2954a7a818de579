// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/monitor/thinning.h"

#include <gtest/gtest.h>

namespace gnomon::monitor {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Numbers = std::vector<int>;

// Its first request, and how many came after it.
struct Numbered {
    int first = 0;
    int later = 0;

    void followedBy(const Numbered& other) { later += 1 + other.later; }
};

class ThinningTest : public ::testing::Test {
protected:
    static WallTime at(milliseconds time) { return WallTime(seconds(1'772'366'400) + time); }
    static constexpr milliseconds kLongest = seconds(2);

    Numbers settled(milliseconds now) {
        Numbers numbers;
        for (const Numbered& unit : thinning.settle(at(now))) {
            numbers.push_back(unit.first);
            later += unit.later;
        }
        return numbers;
    }

    Thinning<Numbered> thinning{kLongest, at(milliseconds(-1))};
    int later = 0;
};

TEST_F(ThinningTest, takesOneOfEachTenthOfASecond) {
    Numbers all;
    for (int i = 0; i < 4000; ++i) {
        for (const int number : settled(milliseconds(i))) {
            all.push_back(number);
        }
        thinning.add(at(milliseconds(i)), {i});
    }
    Numbers expected;
    for (int i = 0; i < 1900; i += 100) { // what came before 2 s ago
        expected.push_back(i);
    }
    EXPECT_EQ(all, expected);
    EXPECT_EQ(later, 99 * 19);
}

TEST_F(ThinningTest, takesWhatCameFirstWhateverEndsFirst) {
    EXPECT_TRUE(settled(seconds(1)).empty());
    thinning.add(at(milliseconds(50)), {2});
    thinning.add(at(milliseconds(350)), {4});
    thinning.add(at(milliseconds(70)), {3});
    EXPECT_TRUE(settled(milliseconds(1990)).empty());
    thinning.add(at(milliseconds(10)), {1});
    EXPECT_EQ(settled(milliseconds(2399)), Numbers({1}));
    EXPECT_EQ(later, 2);
    EXPECT_EQ(settled(milliseconds(2400)), Numbers({4}));
}

TEST_F(ThinningTest, whatCameBeforeTheStartOrIsSettledDoesNotCount) {
    EXPECT_TRUE(settled(seconds(1)).empty());
    thinning.add(at(milliseconds(-1)), {1});
    thinning.add(at(milliseconds(500)), {2});
    thinning.startAt(at(milliseconds(700)));
    thinning.add(at(milliseconds(799)), {3});
    thinning.add(at(milliseconds(800)), {4});
    EXPECT_EQ(settled(seconds(3)), Numbers({4}));
    thinning.add(at(milliseconds(850)), {5});
    EXPECT_TRUE(settled(seconds(6)).empty());
}

TEST_F(ThinningTest, aClockThatIsSetBackStartsOver) {
    EXPECT_TRUE(settled(std::chrono::hours(1)).empty());
    thinning.add(at(std::chrono::hours(1)), {1});
    EXPECT_EQ(settled(seconds(10)), Numbers({1}));
    thinning.add(at(std::chrono::hours(1)), {2}); // came before the clock was set back
    thinning.add(at(seconds(10)), {3});
    EXPECT_EQ(settled(seconds(13)), Numbers({3}));
}

TEST_F(ThinningTest, aClockThatIsSetAheadGoesOn) {
    EXPECT_TRUE(settled(seconds(1)).empty());
    thinning.add(at(milliseconds(500)), {1});
    EXPECT_EQ(settled(std::chrono::hours(1)), Numbers({1}));
    thinning.add(at(seconds(1)), {2});
    thinning.add(at(std::chrono::hours(1)), {3});
    EXPECT_EQ(settled(std::chrono::hours(2)), Numbers({3}));
}

// The slow ones of it died with the process.
TEST_F(ThinningTest, whatIsOpenDoesNotOutliveTheProcess) {
    EXPECT_TRUE(settled(seconds(1)).empty());
    for (const int number : {100, 250, 990}) {
        thinning.add(at(milliseconds(number)), {number});
    }
    EXPECT_EQ(settled(milliseconds(2200)), Numbers({100}));
    EXPECT_EQ(thinning.open(), 2u);
    ByteWriter out;
    thinning.save(out);
    Thinning<Numbered> loaded(kLongest, at(seconds(99)));
    ByteReader in(out.view());
    loaded.load(in);
    EXPECT_TRUE(in.finished());
    thinning = loaded;
    EXPECT_EQ(thinning.open(), 0u);
    EXPECT_TRUE(settled(milliseconds(2300)).empty());
    thinning.add(at(milliseconds(2150)), {1}); // came before it was saved
    thinning.add(at(milliseconds(2300)), {2});
    EXPECT_EQ(settled(seconds(6)), Numbers({2}));
}

} // namespace
} // namespace gnomon::monitor
