// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/wire/open_streams.h"

#include <gtest/gtest.h>

namespace gnomon::wire {
namespace {

constexpr std::uint8_t kEnds = Frame::kEndStream;

class OpenStreamsTest : public testing::Test {
protected:
    void received(std::uint8_t type, std::uint32_t stream, std::uint8_t flags = 0) {
        m_streams.received({5, type, flags, stream});
    }
    void sent(std::uint8_t type, std::uint32_t stream, std::uint8_t flags = 0) {
        m_streams.sent({5, type, flags, stream});
    }
    void expect(std::size_t open, std::size_t halfOpen) {
        EXPECT_EQ(m_streams.open(), open);
        EXPECT_EQ(m_streams.halfOpen(), halfOpen);
    }
    OpenStreams m_streams;
};

TEST_F(OpenStreamsTest, aCallIsOpenUntilItIsAnsweredAndHalfOpenUntilItWasSent) {
    received(Frame::kHeaders, 1);
    received(Frame::kData, 1);
    received(Frame::kHeaders, 3, kEnds); // without a body
    expect(2, 1);
    received(Frame::kData, 1, kEnds);
    expect(2, 0);
    sent(Frame::kHeaders, 1);
    sent(Frame::kData, 1);
    expect(2, 0);
    sent(Frame::kHeaders, 1, kEnds);
    sent(Frame::kHeaders, 3, kEnds);
    expect(0, 0);
}

TEST_F(OpenStreamsTest, eitherSideEndsACallThatWasNotSentWhole) {
    for (const std::uint32_t stream : {1U, 3U, 5U, 7U}) {
        received(Frame::kHeaders, stream);
    }
    received(Frame::kReset, 3);
    expect(3, 3);
    sent(Frame::kHeaders, 7, kEnds); // refused before its body came
    sent(Frame::kReset, 7);
    expect(2, 2);
    sent(Frame::kReset, 5);
    received(Frame::kData, 5, kEnds); // crossed on the way
    expect(1, 1);
    received(Frame::kHeaders, 1, kEnds); // trailers
    expect(1, 0);
}

TEST_F(OpenStreamsTest, whatGrpcTakesNoNoticeOfHidesNoCalls) {
    received(Frame::kReset, 0x7fffffff);
    received(Frame::kData, 0x7ffffffd, kEnds);
    received(Frame::kHeaders, 0x7ffffffe);
    expect(0, 0);
    received(Frame::kHeaders, 5);
    received(Frame::kHeaders, 3); // an old number
    expect(1, 1);
    received(Frame::kHeaders, 7);
    expect(2, 2);
}

TEST(FrameReader, findsFramesHoweverTheyAreCut) {
    const std::string bytes =
        std::string("preface!") + std::string("\0\0\3\0\1\200\0\1\7abc", 12) + std::string("\0\0\0\1\4\0\0\0\11", 9);
    for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
        FrameReader reader(8);
        std::vector<Frame> frames;
        for (std::size_t at = 0; at < bytes.size(); at += piece) {
            ByteView rest = asBytes(bytes);
            rest = rest.subspan(at, std::min(piece, rest.size() - at));
            while (const std::optional<Frame> frame = reader.next(rest)) {
                frames.push_back(*frame);
            }
        }
        ASSERT_EQ(frames.size(), 2U) << piece;
        EXPECT_EQ(frames[0].length, 3U);
        EXPECT_EQ(frames[0].stream, 0x107U) << "without the reserved bit";
        EXPECT_TRUE(frames[0].endsStream());
        EXPECT_EQ(frames[1].type, Frame::kHeaders);
        EXPECT_EQ(frames[1].stream, 9U);
        EXPECT_FALSE(frames[1].endsStream());
    }
}

} // namespace
} // namespace gnomon::wire
