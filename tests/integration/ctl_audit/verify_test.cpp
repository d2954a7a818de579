// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/merkle/frontier.h"
#include "backend/merkle/hash.h"
#include "backend/proof/checkpoint.h"
#include "backend/proof/export_file.h"
#include "backend/proof/record_codec.h"
#include "backend/proof/signing_key.h"
#include "tests/support/model_folder.h"
#include "tests/support/run_program.h"

#include <gtest/gtest.h>

namespace gnomon::test {
namespace {

const std::string kOrigin = "gnomon.example/test/audit";

proof::SigningKey keyOf(std::uint8_t seed) {
    return proof::SigningKey::fromSeed(kOrigin, Bytes(32, seed)).value();
}

// An export of three records with details, of which `left` have them in the file.
std::string exportOf(const proof::SigningKey& key, std::uint64_t left) {
    Bytes file = proof::exportHeader(kOrigin, key.verifierKey().text());
    const auto add = [&file](const Bytes& item) { file.insert(file.end(), item.begin(), item.end()); };
    merkle::Frontier tree;
    for (std::uint64_t seq = 0; seq < 3; ++seq) {
        StoredRecord stored;
        stored.record.seq = Seq(seq);
        stored.record.log = proof::logId(kOrigin);
        const AuditPayload payload{{}, {{"seq", std::to_string(seq)}}};
        const Bytes bytes = proof::encodePayload(payload).value();
        const Bytes salt(proof::kSaltSize, static_cast<std::uint8_t>(seq));
        stored.record.payload = proof::payloadCommitment(salt, bytes);
        if (seq < left) {
            stored.payload = payload;
            stored.payloadBytes = bytes;
            stored.payloadSalt = salt;
        }
        stored.bytes = proof::encodeRecord(stored.record).value();
        tree.append(merkle::leafHash(stored.bytes));
        add(proof::exportRecord(stored));
    }
    add(proof::exportCheckpoint(
        proof::signCheckpoint(kOrigin, 3, tree.root(), key.verifierKey(), [&key](ByteView message) -> Result<Bytes> {
            return key.sign(message);
        }).value()));
    add(proof::exportEnd(3));
    return std::string(asText(file));
}

class CtlVerify : public ::testing::Test {
protected:
    CtlVerify() { writeText(file(), exportOf(keyOf(1), 3)); }

    std::string file() const { return m_folder / "trail"; }
    static std::string vkey(std::uint8_t seed) { return " '" + keyOf(seed).verifierKey().text() + "' "; }

    TempFolder m_folder;
};

TEST_F(CtlVerify, aKeyThatIsGivenIsInsistedOn) {
    EXPECT_EQ(runProgram("gnomonctl audit verify " + file()).code, 0);
    EXPECT_EQ(runProgram("gnomonctl audit verify --key" + vkey(1) + file()).code, 0);
    EXPECT_EQ(runProgram("gnomonctl audit verify --key" + vkey(2) + file()).code, 6) << "forged";
    const ProgramEnd empty = runProgram("gnomonctl audit verify " + file() + " --key ''");
    EXPECT_EQ(empty.code, 2) << empty.text;
    EXPECT_EQ(runProgram("gnomonctl audit verify " + file() + " --key=").code, 2);
}

TEST_F(CtlVerify, aKeyInTheWrongPlaceIsNotPassedOver) {
    for (const std::string& command : {"gnomonctl --key" + vkey(2) + "audit verify " + file(),
                                       "gnomonctl audit --key" + vkey(2) + "verify " + file(),
                                       "gnomonctl --key" + vkey(1) + "--json audit verify " + file()}) {
        const ProgramEnd end = runProgram(command);
        EXPECT_EQ(end.code, 2) << end.text;
        EXPECT_NE(end.text.find("gnomonctl audit verify --key KEY FILE"), std::string::npos) << end.text;
    }
    // The file of one's own key is no business of verify's.
    EXPECT_EQ(runProgram("gnomonctl --key ada.key audit verify " + file()).code, 0);
    EXPECT_EQ(runProgram("gnomonctl --key" + vkey(2) + "audit verify " + file() + " --key" + vkey(1)).code, 0);
}

TEST_F(CtlVerify, saysHowManyDetailsAreProvenAndHowManyAreNotThere) {
    EXPECT_NE(runProgram("gnomonctl audit verify " + file()).text.find("3 proven, 0 erased or left out"),
              std::string::npos);
    writeText(file(), exportOf(keyOf(1), 1));
    const ProgramEnd end = runProgram("gnomonctl audit verify " + file());
    EXPECT_EQ(end.code, 0) << end.text;
    EXPECT_NE(end.text.find("details  1 proven, 2 erased or left out of this file\n"), std::string::npos) << end.text;
}

} // namespace
} // namespace gnomon::test
