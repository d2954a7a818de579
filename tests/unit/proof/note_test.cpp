// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/proof/note.h"
#include "backend/proof/signing_key.h"

#include <gtest/gtest.h>

namespace gnomon::proof {
namespace {

// The example of the note format's own documentation.
constexpr const char* kVkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr const char* kNote =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "\u2014 PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
constexpr const char* kSeed = "gQoUAtUUbI2E8kQzMPVAgOv5juF9nHT2JS/F1ccoMXM=";

VerifierKey publishedKey() {
    return VerifierKey::parse(kVkey).value();
}

TEST(Note, thePublishedExampleVerifies) {
    const SignedNote note = parseNote(kNote).value();
    ASSERT_EQ(note.signatures.size(), 1u);
    EXPECT_EQ(note.signatures[0].name, "PeterNeumann");
    EXPECT_EQ(toHex(ByteView(note.signatures[0].id)), "c74f20a3");
    EXPECT_TRUE(verifyNote(note, publishedKey()).ok());
}

TEST(Note, signingGivesThePublishedExample) {
    const SigningKey key = SigningKey::fromSeed("PeterNeumann", fromBase64(kSeed).value()).value();
    EXPECT_EQ(key.verifierKey().text(), kVkey);
    const std::string text = std::string(kNote).substr(0, std::string(kNote).find("\n\n") + 1);
    const auto sign = [&](ByteView message) -> Result<Bytes> { return key.sign(message); };
    EXPECT_EQ(signNote(text, key.verifierKey(), sign).value(), kNote);
}

TEST(Note, eachFlippedBitIsRefused) {
    const std::string good = kNote;
    for (std::size_t i = 0; i < good.size() * 8; ++i) {
        std::string bad = good;
        bad[i / 8] = static_cast<char>(static_cast<unsigned char>(bad[i / 8]) ^ (1u << i % 8));
        const Result<SignedNote> parsed = parseNote(bad);
        EXPECT_FALSE(parsed.ok() && verifyNote(*parsed, publishedKey()).ok()) << "bit " << i;
    }
}

TEST(Note, linesOfUnknownKeysAreIgnoredAndWrongLinesOfKnownOnesAreNot) {
    const SigningKey other = SigningKey::fromSeed("witness", Bytes(32, 9)).value();
    const std::string text = parseNote(kNote)->text;
    const std::string cosigned =
        signNote(text, other.verifierKey(), [&](ByteView m) -> Result<Bytes> { return other.sign(m); }).value();
    const std::string line = cosigned.substr(text.size() + 1);
    EXPECT_TRUE(verifyNote(parseNote(kNote + line).value(), publishedKey()).ok());
    EXPECT_TRUE(verifyNote(parseNote(kNote + line).value(), other.verifierKey()).ok());
    EXPECT_EQ(verifyNote(parseNote(kNote).value(), other.verifierKey()).error().code, ErrorCode::Unauthenticated);
    SignedNote twice = parseNote(kNote + line).value();
    twice.signatures.push_back(twice.signatures[0]);
    twice.signatures.back().signature[0] ^= 1;
    EXPECT_FALSE(verifyNote(twice, publishedKey()).ok()) << "one good line does not excuse a wrong one";
}

TEST(Note, whatIsNotANoteIsRefused) {
    const std::string good = kNote;
    for (const std::string& bad :
         {std::string(), std::string("\n\n"), std::string("text\n"), std::string("text\n\n"),
          good.substr(0, good.size() - 1), good + "\n", good + "x\n", good + "\u2014 name\n",
          good + "\u2014 name AAAA\n", good + "- name AAAAAAAA\n", std::string("a\x01\n\n\u2014 n AAAAAAAA\n"),
          std::string("\xff\n\n\u2014 n AAAAAAAA\n"), std::string("a\r\n\n\u2014 n AAAAAAAA\n"),
          std::string("a\n\n\u2014 n+m AAAAAAAA\n")}) {
        EXPECT_FALSE(parseNote(bad).ok()) << bad;
    }
}

TEST(VerifierKey, whatIsNotAKeyIsRefused) {
    EXPECT_EQ(VerifierKey::parse(kVkey)->text(), kVkey);
    for (const std::string bad : {"", "PeterNeumann", "PeterNeumann+c74f20a3",
                                  "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
                                  "PeterNeumanm+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
                                  "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TX",
                                  "PeterNeumann+c74f20a3+Ahpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
                                  "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10Q="}) {
        EXPECT_FALSE(VerifierKey::parse(bad).ok()) << bad;
    }
    for (const std::string name : {"", "a b", "a+b", "a\nb", "a\tb", "\xff"}) {
        EXPECT_FALSE(VerifierKey::make(name, Bytes(32)).ok()) << name;
    }
    EXPECT_FALSE(VerifierKey::make("name", Bytes(31)).ok());
}

} // namespace
} // namespace gnomon::proof
