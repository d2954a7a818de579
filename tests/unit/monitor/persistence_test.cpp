// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/comparison_stream.h"

#include <gtest/gtest.h>

#include <functional>

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
    stream.clock.advance(std::chrono::seconds(10)); // what is still open would not be saved
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

// A stream whose monitor keeps its memory here, as long as there is room.
struct Kept {
    Bytes bytes;
    int times = 0;
    bool full = false;
    std::function<void()> meanwhile = [] {};
    Stream stream{1, Stream::defaults(), [this](ByteView saved) -> Status {
                      if (full) {
                          return Error{ErrorCode::Unavailable, "the disk is full", "free some room"};
                      }
                      bytes.assign(saved.begin(), saved.end());
                      ++times;
                      meanwhile();
                      return {};
                  }};
};

TEST(Persistence, whatWasDeclaredOutlivesAKilledProcess) {
    Kept kept;
    kept.stream.sendEqual(50);
    ASSERT_TRUE(kept.stream.monitor->keep());
    const ExperimentId before = kept.stream.comparison().experiment;
    const Result<Comparison> declared = kept.stream.monitor->startExperiment(kSpam);
    ASSERT_TRUE(declared);
    kept.stream.sendEqual(50); // lost, for nobody keeps them any more
    Stream after;
    ASSERT_TRUE(after.monitor->restore(kept.bytes));
    EXPECT_NE(after.comparison().experiment, before);
    EXPECT_EQ(after.comparison().experiment, declared->experiment);
    EXPECT_EQ(after.comparison().coverage, Coverage{});
    EXPECT_EQ(kept.stream.comparison().coverage.matched, 50u);

    ASSERT_TRUE(kept.stream.monitor->stopExperiment(kSpam));
    Stream later;
    ASSERT_TRUE(later.monitor->restore(kept.bytes));
    EXPECT_EQ(later.comparison().experiment, declared->experiment);
    EXPECT_TRUE(later.comparison().stopped);
    later.sendEqual(1); // of the same generation
    EXPECT_TRUE(later.comparison().stopped);
}

TEST(Persistence, whatCannotBeKeptIsNotDeclared) {
    Kept kept;
    kept.stream.sendEqual(50);
    const Comparison before = kept.stream.comparison();
    kept.full = true;
    const Result<Comparison> declared = kept.stream.monitor->startExperiment(kSpam);
    ASSERT_FALSE(declared);
    EXPECT_EQ(declared.error().code, ErrorCode::Unavailable);
    EXPECT_EQ(declared.error().message, "nothing was declared, for it could not be kept: the disk is full");
    EXPECT_EQ(declared.error().remedy, "free some room");
    EXPECT_FALSE(kept.stream.monitor->stopExperiment(kSpam));
    EXPECT_EQ(kept.stream.comparison(), before);
    kept.stream.sendEqual(50);
    EXPECT_EQ(kept.stream.comparison().coverage.matched, 100u);
    EXPECT_EQ(kept.stream.comparison().clusters, 100u);
    kept.full = false;
    EXPECT_TRUE(kept.stream.monitor->startExperiment(kSpam));
}

TEST(Persistence, pairsThatComeWhileItIsKeptAreNotLost) {
    Kept kept;
    kept.stream.sendEqual(50);
    kept.meanwhile = [&] { kept.stream.sendEqual(1); };
    const ExperimentId before = kept.stream.comparison().experiment;
    const Result<Comparison> declared = kept.stream.monitor->startExperiment(kSpam);
    ASSERT_TRUE(declared);
    EXPECT_NE(declared->experiment, before);
    EXPECT_EQ(kept.stream.comparison().coverage, Coverage{}) << "it belongs to the one before";
    kept.meanwhile = [&] { // another shadow takes its place
        Observation next = kept.stream.equalPair();
        next.exchange.generation = GenerationNumber(2);
        next.exchange.legs[1] = Stream::leg(LegRole::Shadow, 3, 0.4);
        next.shadows = {VersionNumber(3)};
        kept.stream.send(next);
    };
    kept.stream.sendEqual(1);
    EXPECT_EQ(kept.stream.monitor->stopExperiment(kSpam).error().code, ErrorCode::Unavailable);
    EXPECT_EQ(kept.stream.comparison().shadow, VersionNumber(3));
    EXPECT_FALSE(kept.stream.comparison().stopped);
    Stream after; // killed now
    ASSERT_TRUE(after.monitor->restore(kept.bytes));
    EXPECT_EQ(after.comparison().shadow, VersionNumber(3)) << "what was refused is not kept";
    EXPECT_FALSE(after.comparison().stopped);
}

Observation slowPair(Stream& stream, WallTime came) {
    Observation slow = stream.pairAt(came, 0.2, 0.2);
    slow.exchange.legs[1].latency = std::chrono::milliseconds(100);
    return slow;
}

// The quick ones were told to the experiment before.
TEST(Persistence, slowRunsThatCameWhileItWasKeptAreNoEvidence) {
    Kept kept;
    kept.stream.sendEqual(50);
    const WallTime asked = kept.stream.clock.wallNow();
    kept.meanwhile = [&] { kept.stream.sendEqual(50); };
    ASSERT_TRUE(kept.stream.monitor->startExperiment(kSpam));
    for (int i = 1; i <= 50; ++i) {
        kept.stream.send(slowPair(kept.stream, asked + std::chrono::milliseconds(100 * i)));
    }
    kept.stream.clock.advance(std::chrono::seconds(10));
    EXPECT_EQ(kept.stream.comparison().started, asked);
    EXPECT_EQ(test::reasonOf(kept.stream.comparison(), "latency")->verdict, Verdict::CannotTellYet);
}

TEST(Persistence, evidenceThatRipensInSilenceIsKept) {
    Kept kept;
    for (int i = 0; i < 50; ++i) {
        kept.stream.clock.advance(std::chrono::milliseconds(100));
        kept.stream.send(slowPair(kept.stream, kept.stream.clock.wallNow()));
    }
    ASSERT_TRUE(kept.stream.monitor->keep());
    kept.stream.clock.advance(std::chrono::seconds(10));
    ASSERT_TRUE(kept.stream.monitor->keep());
    ASSERT_TRUE(kept.stream.monitor->keep());
    EXPECT_EQ(kept.times, 2);
    Stream after;
    ASSERT_TRUE(after.monitor->restore(kept.bytes));
    EXPECT_EQ(test::reasonOf(after.comparison(), "latency")->verdict, Verdict::Worse);
}

TEST(Persistence, onlyWhatHasChangedIsKeptAgain) {
    Kept kept;
    ASSERT_TRUE(kept.stream.monitor->keep());
    EXPECT_EQ(kept.times, 0);
    kept.stream.sendEqual(1);
    kept.full = true;
    EXPECT_FALSE(kept.stream.monitor->keep());
    kept.full = false;
    ASSERT_TRUE(kept.stream.monitor->keep());
    EXPECT_EQ(kept.times, 1);
    (void)kept.stream.comparison();
    Generation generation;
    generation.endpoint = kSpam;
    generation.number = GenerationNumber(2);
    generation.deployment.production = VersionNumber(1);
    generation.deployment.shadows = {{VersionNumber(2), 50}};
    kept.stream.monitor->deployed(generation);
    ASSERT_TRUE(kept.stream.monitor->keep());
    EXPECT_EQ(kept.times, 1);
    EXPECT_EQ(kept.bytes, kept.stream.monitor->save());
    generation.deployment.shadows.clear();
    generation.number = GenerationNumber(3);
    kept.stream.monitor->deployed(generation);
    ASSERT_TRUE(kept.stream.monitor->keep());
    EXPECT_EQ(kept.times, 2);
}

// Its evidence about latency and errors was of other requests, and its bytes would be read as something else.
TEST(Persistence, anEarlierFormatIsRefused) {
    Stream stream;
    stream.sendEqual(50);
    const Bytes saved = stream.monitor->save();
    Bytes content(saved.begin(), saved.end() - sizeof(Digest::bytes));
    ASSERT_EQ(content[0], 5);
    content[0] = 4;
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
