// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/comparison_stream.h"

#include <gtest/gtest.h>

namespace gnomon::monitor {
namespace {

using test::Stream;

const EndpointName kSpam("spam");

// A stream with an experiment that ended, one that runs, and something in every part of it.
void fill(Stream& stream) {
    stream.sendFlipping(300, 0.1, true);
    ASSERT_TRUE(stream.monitor->startExperiment(kSpam));
    stream.sendFlipping(1500, 0.05, false);
    for (int i = 0; i < 30; ++i) {
        Observation observation = stream.equalPair();
        observation.exchange.legs[1].outcome = LegOutcome::Failed;
        stream.send(observation);
    }
}

TEST(Persistence, restoredIsEqualAndGoesOnEqually) {
    Stream before;
    fill(before);
    Stream after;
    ASSERT_TRUE(after.monitor->restore(before.monitor->save()));
    after.clock.advance(before.clock.wallNow() - after.clock.wallNow());
    after.random = before.random;
    after.count = before.count;
    EXPECT_EQ(after.comparison(), before.comparison());

    before.sendFlipping(700, 0.05, false);
    after.sendFlipping(700, 0.05, false);
    EXPECT_EQ(after.comparison(), before.comparison());
    EXPECT_EQ(after.monitor->save(), before.monitor->save());

    ASSERT_TRUE(before.monitor->stopExperiment(kSpam));
    ASSERT_TRUE(after.monitor->stopExperiment(kSpam));
    EXPECT_EQ(after.comparison(), before.comparison());
}

TEST(Persistence, entitiesAreStillKnown) {
    Stream before;
    before.sendEqual(100);
    Stream after;
    ASSERT_TRUE(after.monitor->restore(before.monitor->save()));
    after.sendEqual(100); // the same entities again
    EXPECT_EQ(after.comparison().clusters, 100u);
    EXPECT_EQ(after.comparison().coverage.matched, 200u);
}

TEST(Persistence, everySingleDamagedByteIsRefused) {
    Stream stream;
    stream.sendFlipping(200, 0.1, true);
    const Bytes saved = stream.monitor->save();
    for (std::size_t i = 0; i < saved.size(); i += 7) {
        Bytes damaged = saved;
        damaged[i] ^= 0x10;
        Stream other;
        const Status status = other.monitor->restore(damaged);
        ASSERT_FALSE(status) << i;
        EXPECT_EQ(status.error().code, ErrorCode::Corrupt);
        EXPECT_FALSE(other.monitor->summary(kSpam));
    }
}

TEST(Persistence, bytesThatAreCutShortAreRefused) {
    Stream stream;
    stream.sendFlipping(50, 0.1, true);
    const Bytes saved = stream.monitor->save();
    for (std::size_t size = 0; size < saved.size(); size += 11) {
        Stream other;
        EXPECT_FALSE(other.monitor->restore(ByteView(saved).first(size))) << size;
    }
}

// The digest at the end only guards against accidents: the content has to be safe to read whatever it says.
TEST(Persistence, contentWithAValidDigestIsReadSafely) {
    Stream stream;
    stream.sendFlipping(60, 0.1, true);
    const Bytes saved = stream.monitor->save();
    const std::size_t size = saved.size() - sizeof(Digest::bytes);
    for (std::size_t i = 0; i < size; ++i) {
        for (const int flip : {0x01, 0x80, 0xff}) {
            Bytes content(saved.begin(), saved.begin() + static_cast<std::ptrdiff_t>(size));
            content[i] = static_cast<std::uint8_t>(content[i] ^ flip);
            const Digest digest = sha256(content);
            content.insert(content.end(), digest.bytes.begin(), digest.bytes.end());
            Stream other;
            if (other.monitor->restore(content)) {
                other.sendEqual(3);
                EXPECT_TRUE(other.monitor->summary(kSpam));
            }
        }
    }
}

TEST(Persistence, changedMarginsEndTheExperiment) {
    Stream before;
    before.sendEqual(100);
    EndpointSettings settings = Stream::defaults();
    settings.margin = 0.2;
    Stream after(1, settings);
    ASSERT_TRUE(after.monitor->restore(before.monitor->save()));
    EXPECT_TRUE(after.comparison().stopped);
    EXPECT_EQ(after.comparison().margin, Stream::defaults().margin);
    after.sendEqual(1);
    EXPECT_FALSE(after.comparison().stopped);
    EXPECT_EQ(after.comparison().margin, 0.2);
}

// Its evidence about latency and errors was of other requests, and its bytes would be read as something else.
TEST(Persistence, anEarlierFormatIsRefused) {
    Stream stream;
    stream.sendEqual(50);
    const Bytes saved = stream.monitor->save();
    Bytes content(saved.begin(), saved.end() - sizeof(Digest::bytes));
    ASSERT_EQ(content[0], 3);
    content[0] = 2;
    const Digest digest = sha256(content);
    content.insert(content.end(), digest.bytes.begin(), digest.bytes.end());
    Stream other;
    const Status status = other.monitor->restore(content);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ErrorCode::Corrupt);
    EXPECT_FALSE(other.monitor->summary(kSpam));
}

} // namespace
} // namespace gnomon::monitor
