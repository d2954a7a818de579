// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/proof/checkpoint.h"
#include "backend/merkle/frontier.h"
#include "backend/merkle/hash.h"
#include "backend/proof/signing_key.h"

#include <gtest/gtest.h>

namespace gnomon::proof {
namespace {

const SigningKey& key() {
    static const SigningKey instance = SigningKey::fromSeed("gnomon.example/audit", Bytes(32, 1)).value();
    return instance;
}

Checkpoint signedOf(const std::string& origin, std::uint64_t size, const Digest& root) {
    return signCheckpoint(origin, size, root, key().verifierKey(),
                          [](ByteView message) -> Result<Bytes> { return key().sign(message); })
        .value();
}

TEST(Checkpoint, isThreeLinesAndASignature) {
    const Checkpoint checkpoint = signedOf("gnomon.example/audit", 42, sha256({}));
    EXPECT_TRUE(checkpoint.note.starts_with("gnomon.example/audit\n42\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n"
                                            "\u2014 gnomon.example/audit "));
    EXPECT_EQ(openCheckpoint(checkpoint.note, key().verifierKey()).value(), checkpoint);
    EXPECT_EQ(parseCheckpoint(checkpoint.note).value(), checkpoint);
}

TEST(Checkpoint, byAnotherKeyIsRefused) {
    const SigningKey other = SigningKey::fromSeed("gnomon.example/audit", Bytes(32, 2)).value();
    const Checkpoint checkpoint = signedOf("gnomon.example/audit", 42, sha256({}));
    EXPECT_EQ(openCheckpoint(checkpoint.note, other.verifierKey()).error().code, ErrorCode::Unauthenticated);
}

TEST(Checkpoint, otherTextsAreRefusedEvenWhenSigned) {
    const std::string root = toBase64(sha256({}).bytes) + "\n";
    for (const std::string& text :
         {std::string("o\n"), std::string("o\n1\n"), "\n1\n" + root, "o\n01\n" + root, "o\n-1\n" + root,
          "o\n+1\n" + root, "o\n1 \n" + root, "o\n18446744073709551616\n" + root, std::string("o\n1\nAAAA\n"),
          "o\n1\n" + root + "extension\n", "o\n\n1\n" + root, "o\nx\n" + root}) {
        const std::string note =
            signNote(text, key().verifierKey(), [](ByteView m) -> Result<Bytes> { return key().sign(m); }).value();
        EXPECT_FALSE(openCheckpoint(note, key().verifierKey()).ok()) << text;
    }
}

TEST(Checkpoint, growthIsBelievedOnlyWithAProof) {
    merkle::Frontier tree;
    std::vector<Checkpoint> seen;
    std::vector<Digest> leaves;
    for (int i = 0; i < 3; ++i) {
        leaves.push_back(merkle::leafHash(toBytes(std::to_string(i))));
        tree.append(leaves.back());
        seen.push_back(signedOf("log", tree.size(), tree.root()));
    }
    const ConsistencyProof proof{2, 3, {leaves[2]}};
    EXPECT_TRUE(checkGrowth(seen[1], seen[2], proof).ok());
    EXPECT_FALSE(checkGrowth(seen[1], seen[2], {2, 3, {}}).ok());
    EXPECT_FALSE(checkGrowth(seen[1], seen[2], {1, 3, {leaves[2]}}).ok());
    EXPECT_FALSE(checkGrowth(seen[2], seen[1], {3, 2, {}}).ok());
    EXPECT_TRUE(checkGrowth(seen[2], seen[2], {3, 3, {}}).ok());
    EXPECT_FALSE(checkGrowth(seen[2], signedOf("log", 3, leaves[0]), {3, 3, {}}).ok()) << "split view";
    EXPECT_FALSE(checkGrowth(signedOf("other", 2, seen[1].root), seen[2], proof).ok());
}

} // namespace
} // namespace gnomon::proof
