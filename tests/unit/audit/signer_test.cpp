// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/audit/audit_fixture.h"

#include <fstream>

namespace gnomon::test {
namespace {

class KeyFile : public AuditFixture {
protected:
    Result<std::unique_ptr<audit::FileSigner>> openKey(const std::string& name) {
        return audit::FileSigner::open(m_folder / "audit.key", name, m_random);
    }
};

TEST_F(KeyFile, isMadeOnceAndGivesTheSameKeyAgain) {
    const Result<std::unique_ptr<audit::FileSigner>> again = openKey(m_origin);
    ASSERT_TRUE(again.ok());
    EXPECT_EQ((*again)->publicKey(), m_signer->publicKey());
    EXPECT_EQ((*again)->sign(toBytes("text")).value(), m_signer->sign(toBytes("text")).value());
    EXPECT_TRUE(key().verifies(toBytes("text"), m_signer->sign(toBytes("text")).value()));
    EXPECT_FALSE(key().verifies(toBytes("texts"), m_signer->sign(toBytes("text")).value()));
}

TEST_F(KeyFile, everyKeyComesBackWhateverCharactersItHas) {
    for (int i = 0; i < 100; ++i) {
        std::filesystem::remove(m_folder / "audit.key");
        const Bytes made = openKey(m_origin).value()->publicKey();
        const Result<std::unique_ptr<audit::FileSigner>> again = openKey(m_origin);
        ASSERT_TRUE(again.ok()) << again.error().message;
        EXPECT_EQ((*again)->publicKey(), made);
    }
}

TEST_F(KeyFile, thatOthersCanReadIsRefused) {
    for (const auto extra : {std::filesystem::perms::group_read, std::filesystem::perms::others_read}) {
        std::filesystem::permissions(m_folder / "audit.key", std::filesystem::perms::owner_read | extra);
        EXPECT_EQ(openKey(m_origin).error().code, ErrorCode::FailedPrecondition);
    }
}

TEST_F(KeyFile, ofAnotherNameIsRefused) {
    const auto other = openKey("gnomon.example/other");
    ASSERT_FALSE(other.ok());
    EXPECT_EQ(other.error().code, ErrorCode::FailedPrecondition);
    EXPECT_NE(other.error().message.find("holds the key of '" + m_origin + "'"), std::string::npos)
        << "what to write into the configuration: " << other.error().message;
}

TEST_F(KeyFile, thatIsDamagedIsRefusedAndLeftAlone) {
    for (const std::string text : {"", "\n", "PRIVATE+KEY+\n", "PRIVATE+KEY+something", "PRIVATE+KEY+something\n",
                                   "PRIVATE+KEY+a+b\n", "PRIVATE+KEY+a+b+\n", "PRIVATE+KEY+a+b+AAAA\n"}) {
        std::ofstream(m_folder / "audit.key", std::ios::trunc) << text;
        EXPECT_EQ(openKey(m_origin).error().code, ErrorCode::Corrupt) << text;
        std::ifstream file(m_folder / "audit.key");
        EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), text);
    }
}

TEST_F(KeyFile, behindASymbolicLinkIsRefused) {
    std::filesystem::rename(m_folder / "audit.key", m_folder / "real.key");
    std::filesystem::create_symlink(m_folder / "real.key", m_folder / "audit.key");
    EXPECT_FALSE(openKey(m_origin).ok());
}

} // namespace
} // namespace gnomon::test
