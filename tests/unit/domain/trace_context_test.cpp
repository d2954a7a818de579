// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/domain/trace_context.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace gnomon {
namespace {

const std::string kTrace = "4bf92f3577b34da6a3ce929d0e0e4736";
const std::string kSpan = "00f067aa0ba902b7";
const std::string kParent = "00-" + kTrace + "-" + kSpan + "-01";

// Counts up, so that ids are told apart; begins with zeros, which no id may be made of.
class CountingRandom final : public Random {
public:
    void fill(std::span<std::uint8_t> out) override {
        std::fill(out.begin(), out.end(), m_next);
        ++m_next;
    }

private:
    std::uint8_t m_next = 0;
};

TEST(TraceContext, readsWhatItWrites) {
    const auto context = parseTraceParent(kParent);
    ASSERT_TRUE(context);
    EXPECT_EQ(context->traceId(), kTrace);
    EXPECT_EQ(context->spanId(), kSpan);
    EXPECT_TRUE(context->sampled);
    EXPECT_EQ(context->parent(), kParent);
    EXPECT_FALSE(parseTraceParent("00-" + kTrace + "-" + kSpan + "-00")->sampled);
    EXPECT_TRUE(parseTraceParent("00-" + kTrace + "-" + kSpan + "-ff")->sampled);
    EXPECT_FALSE(parseTraceParent("00-" + kTrace + "-" + kSpan + "-fe")->sampled);
}

TEST(TraceContext, refusesWhatIsNone) {
    const std::vector<std::string> wrong{
        "",
        "00",
        kTrace,
        "ff-" + kTrace + "-" + kSpan + "-01",                    // the version that is none
        "FF-" + kTrace + "-" + kSpan + "-01",                    //
        "0-" + kTrace + "-" + kSpan + "-01",                     // too short
        "0g-" + kTrace + "-" + kSpan + "-01",                    //
        "00-" + std::string(32, '0') + "-" + kSpan + "-01",      // zeros
        "00-" + kTrace + "-" + std::string(16, '0') + "-01",     //
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + kSpan + "-01",  // capitals
        "00-" + kTrace + "-00F067AA0BA902B7-01",                 //
        "00-" + kTrace + "-" + kSpan + "-0G",                    //
        "00-" + kTrace + "-" + kSpan + "-0",                     // too short
        "00-" + kTrace + "-" + kSpan + "-01-",                   // 00 ends there
        "00-" + kTrace + "-" + kSpan + "-01-what-comes-later",   //
        "01-" + kTrace + "-" + kSpan + "-011",                   // later versions go on with a dash
        "00_" + kTrace + "_" + kSpan + "_01",                    //
        " " + kParent,                                           //
        kParent + " ",                                           //
        "00-" + kTrace.substr(1) + "-" + kSpan + "0-01",         // dashes in the wrong places
        std::string("00-") + kTrace + "-" + kSpan + "-0" + '\0', //
    };
    for (const std::string& text : wrong) {
        EXPECT_FALSE(parseTraceParent(text)) << text;
    }
}

TEST(TraceContext, readsWhatItKnowsOfLaterVersions) {
    for (const std::string& text : {"01-" + kTrace + "-" + kSpan + "-01", "cc-" + kTrace + "-" + kSpan + "-01-more",
                                    "fe-" + kTrace + "-" + kSpan + "-01-"}) {
        const auto context = parseTraceParent(text);
        ASSERT_TRUE(context) << text;
        EXPECT_EQ(context->parent(), kParent) << "passed on in the version that is known";
    }
}

TEST(TraceContext, aStepKeepsTheTrace) {
    CountingRandom random;
    auto context = *parseTraceParent(kParent);
    context.state = "a=1";
    const TraceContext step = context.child(random);
    EXPECT_EQ(step.traceId(), kTrace);
    EXPECT_EQ(step.spanId(), "0101010101010101") << "an id of zeros is none";
    EXPECT_TRUE(step.sampled);
    EXPECT_EQ(step.state, "a=1");
}

TEST(TraceContext, whatIsNotUnderstoodBeginsANewTrace) {
    CountingRandom random;
    EXPECT_FALSE(readTrace("", "a=1", random)) << "a state alone is nothing";
    const auto known = readTrace(kParent, "a=1,b=2", random);
    ASSERT_TRUE(known);
    EXPECT_EQ(known->parent(), kParent);
    EXPECT_EQ(known->state, "a=1,b=2");
    const auto fresh = readTrace("ff-" + kTrace + "-" + kSpan + "-01", "a=1", random);
    ASSERT_TRUE(fresh);
    EXPECT_NE(fresh->traceId(), kTrace);
    EXPECT_TRUE(parseTraceParent(fresh->parent()));
    EXPECT_EQ(fresh->state, "") << "it belongs to the trace that was not understood";
}

TEST(TraceContext, stateIsPassedOnAsItIsOrNotAtAll) {
    for (const std::string& good :
         {std::string("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"), std::string("0tenant@system=v"),
          std::string("a_-*/=!~ x"), std::string(256, 'a') + "=v", std::string("a=") + std::string(256, 'v'),
          "t" + std::string(240, '0') + "@s" + std::string(13, 'y') + "=v"}) {
        EXPECT_EQ(cleanTraceState(good), good);
    }
    std::string many = "k0=1";
    for (int i = 1; i < 32; ++i) {
        many += ",k" + std::to_string(i) + "=1";
    }
    EXPECT_EQ(cleanTraceState(many), many) << "32 members";
    for (const std::string& bad : {std::string(""),
                                   std::string("  "),
                                   std::string("foo"),
                                   std::string("foo="),
                                   std::string("=1"),
                                   std::string("Foo=1"),
                                   std::string("0foo=1"),
                                   std::string("foo =1"),
                                   std::string("foo=1=2"),
                                   std::string("foo@=1"),
                                   std::string("@foo=1"),
                                   std::string("a@b@c=1"),
                                   std::string("foo@0bar=1"),
                                   std::string("foo=1,foo=2"),
                                   std::string("foo=\x01"),
                                   std::string("foo=\x7f"),
                                   std::string("foo=\xc3\xa9"),
                                   std::string(257, 'a') + "=v",
                                   std::string("a=") + std::string(257, 'v'),
                                   "t" + std::string(241, '0') + "@s=v",
                                   "t@s" + std::string(14, 'y') + "=v",
                                   many + ",k32=1"}) {
        EXPECT_EQ(cleanTraceState(bad), "") << bad;
    }
}

TEST(TraceContext, onlyTheMembersOfAStateArePassedOn) {
    for (const std::string state :
         {"foo=1,\tbar=2", "\tfoo=1 , bar=2\t", "foo=1 \t , \t bar=2", "foo=1,,bar=2,", ",foo=1,bar=2"}) {
        EXPECT_EQ(cleanTraceState(state), "foo=1,bar=2") << state;
    }
}

TEST(TraceContext, aLongStateLosesWholeMembers) {
    const std::string isLong = "long=" + std::string(150, 'x');
    std::string text = "first=1," + isLong;
    for (int i = 0; i < 20; ++i) {
        text += ",k" + std::to_string(i) + "=" + std::string(20, 'v');
    }
    const std::string clean = cleanTraceState(text);
    EXPECT_LE(clean.size(), 512u);
    EXPECT_GT(clean.size(), 480u) << "no more than needed";
    EXPECT_TRUE(clean.starts_with("first=1,k0=")) << clean;
    EXPECT_EQ(clean.find("long"), std::string::npos);
    EXPECT_EQ(cleanTraceState(clean), clean);
}

} // namespace
} // namespace gnomon
