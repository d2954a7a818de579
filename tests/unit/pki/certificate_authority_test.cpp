// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/access/certificate_authority.h"
#include "backend/base/pem.h"

#include <gtest/gtest.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <memory>

namespace gnomon::access {
namespace {

class CertificateAuthorityTest : public ::testing::Test {
protected:
    void SetUp() override {
        std::string pattern = (std::filesystem::temp_directory_path() / "gnomon-pki-XXXXXX").string();
        m_folder = mkdtemp(pattern.data());
    }
    void TearDown() override { std::filesystem::remove_all(m_folder); }

    std::filesystem::path m_folder;
    SystemClock m_clock;
};

TEST_F(CertificateAuthorityTest, leafVerifiesAgainstItsRootAndCarriesOneUri) {
    const auto authority = CertificateAuthority::create("example.org", m_clock);
    ASSERT_TRUE(authority.ok());
    const auto issued = authority->issue({"spiffe://example.org/node/a", {"localhost", "127.0.0.1"}, 30}, m_clock);
    ASSERT_TRUE(issued.ok()) << issued.error().message;
    const CertificatePtr leaf = certificateFromPem(issued->certificate);
    const CertificatePtr root = certificateFromPem(authority->certificate());
    EXPECT_EQ(X509_verify(leaf.get(), X509_get0_pubkey(root.get())), 1);
    EXPECT_EQ(uriNames(leaf.get()), std::vector<std::string>{"spiffe://example.org/node/a"});
    EXPECT_EQ(X509_check_ca(leaf.get()), 0);
    EXPECT_EQ(X509_check_ca(root.get()), 1);
    EXPECT_EQ(X509_check_ip_asc(leaf.get(), "127.0.0.1", 0), 1);
    EXPECT_EQ(X509_check_host(leaf.get(), "localhost", 0, 0, nullptr), 1);
}

TEST_F(CertificateAuthorityTest, onlyNodesAndWorkersMayBeServers) {
    const auto authority = CertificateAuthority::create("example.org", m_clock);
    ASSERT_TRUE(authority.ok());
    for (const auto& [role, server] :
         {std::pair{"caller/bank/app", false}, {"console/ada/laptop", false}, {"node/a", true}, {"worker/a", true}}) {
        const auto issued = authority->issue({std::string("spiffe://example.org/") + role, {"localhost"}, 30}, m_clock);
        ASSERT_TRUE(issued.ok()) << issued.error().message;
        const CertificatePtr certificate = certificateFromPem(issued->certificate);
        const std::uint32_t uses = X509_get_extended_key_usage(certificate.get());
        EXPECT_NE(uses & XKU_SSL_CLIENT, 0u) << role;
        EXPECT_EQ((uses & XKU_SSL_SERVER) != 0, server) << role;
    }
}

TEST_F(CertificateAuthorityTest, foreignTrustDomainIsRefused) {
    const auto authority = CertificateAuthority::create("example.org", m_clock);
    ASSERT_TRUE(authority.ok());
    const auto issued = authority->issue({"spiffe://elsewhere.org/node/a", {"localhost"}, 30}, m_clock);
    ASSERT_FALSE(issued.ok());
    EXPECT_EQ(issued.error().code, ErrorCode::InvalidArgument);
}

TEST_F(CertificateAuthorityTest, whatNoNodeWouldAcceptIsNotIssued) {
    const auto authority = CertificateAuthority::create("example.org", m_clock);
    ASSERT_TRUE(authority.ok());
    for (const char* id : {"admin/eve", "console/ada", "caller/acme", "node"}) {
        const auto issued = authority->issue({std::string("spiffe://example.org/") + id, {"localhost"}, 30}, m_clock);
        ASSERT_FALSE(issued.ok()) << id;
        EXPECT_EQ(issued.error().code, ErrorCode::InvalidArgument);
        EXPECT_NE(issued.error().remedy.find("/console/<user>/<device>"), std::string::npos) << issued.error().remedy;
    }
    EXPECT_EQ(authority->issue({"example.org/node/a", {"localhost"}, 30}, m_clock).error().code,
              ErrorCode::InvalidArgument);
    const auto nameless = authority->issue({"spiffe://example.org/node/a", {}, 30}, m_clock);
    ASSERT_FALSE(nameless.ok());
    EXPECT_NE(nameless.error().remedy.find("--host"), std::string::npos);
}

TEST_F(CertificateAuthorityTest, hostNameCannotSmuggleASecondUri) {
    const auto authority = CertificateAuthority::create("example.org", m_clock);
    ASSERT_TRUE(authority.ok());
    const std::string smuggled = "a,URI:spiffe://example.org/console/mallory/x";
    EXPECT_FALSE(authority->issue({"spiffe://example.org/node/a", {smuggled}, 30}, m_clock).ok());
}

TEST_F(CertificateAuthorityTest, savedRootIsPrivateAndNeverOverwritten) {
    const auto authority = CertificateAuthority::create("example.org", m_clock);
    ASSERT_TRUE(authority.ok());
    ASSERT_TRUE(authority->save(m_folder).ok());
    struct stat facts {};
    ASSERT_EQ(::stat((m_folder / "ca.key").c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777, 0600U);
    const Status again = authority->save(m_folder);
    ASSERT_FALSE(again.ok());
    EXPECT_EQ(again.error().code, ErrorCode::AlreadyExists);
}

TEST_F(CertificateAuthorityTest, loadedRootIssuesForItsTrustDomain) {
    ASSERT_TRUE(CertificateAuthority::create("example.org", m_clock)->save(m_folder).ok());
    const auto loaded = CertificateAuthority::load(m_folder);
    ASSERT_TRUE(loaded.ok()) << loaded.error().message;
    EXPECT_EQ(loaded->trustDomain(), "example.org");
    EXPECT_TRUE(loaded->issue({"spiffe://example.org/caller/acme/app", {}, 1}, m_clock).ok());
}

TEST_F(CertificateAuthorityTest, rootKeyThatOthersCanReadIsRefused) {
    ASSERT_TRUE(CertificateAuthority::create("example.org", m_clock)->save(m_folder).ok());
    ::chmod((m_folder / "ca.key").c_str(), 0644);
    const auto loaded = CertificateAuthority::load(m_folder);
    ASSERT_FALSE(loaded.ok());
    EXPECT_EQ(loaded.error().code, ErrorCode::PermissionDenied);
    EXPECT_NE(loaded.error().remedy.find("chmod 600"), std::string::npos);
}

TEST_F(CertificateAuthorityTest, keyOfAnotherRootIsRefused) {
    ASSERT_TRUE(CertificateAuthority::create("example.org", m_clock)->save(m_folder).ok());
    const auto other = m_folder / "other";
    ASSERT_TRUE(CertificateAuthority::create("example.org", m_clock)->save(other).ok());
    std::filesystem::copy_file(other / "ca.key", m_folder / "ca.key",
                               std::filesystem::copy_options::overwrite_existing);
    ::chmod((m_folder / "ca.key").c_str(), 0600);
    const auto loaded = CertificateAuthority::load(m_folder);
    ASSERT_FALSE(loaded.ok());
    EXPECT_EQ(loaded.error().code, ErrorCode::Corrupt);
}

TEST_F(CertificateAuthorityTest, lifetimeIsBounded) {
    const auto authority = CertificateAuthority::create("example.org", m_clock);
    ASSERT_TRUE(authority.ok());
    EXPECT_FALSE(authority->issue({"spiffe://example.org/node/a", {"localhost"}, 398}, m_clock).ok());
    EXPECT_FALSE(authority->issue({"spiffe://example.org/node/a", {"localhost"}, 0}, m_clock).ok());
}

} // namespace
} // namespace gnomon::access
