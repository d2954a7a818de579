// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/access/certificate_authority.h"
#include "backend/access/revocations.h"
#include "backend/base/files.h"
#include "tests/support/temp_folder.h"

#include <gtest/gtest.h>

namespace gnomon::access {
namespace {

using namespace std::chrono_literals;

class RevocationsTest : public ::testing::Test {
protected:
    std::string issue(const CertificateAuthority& authority, const std::string& app) {
        return authority.issue({"spiffe://example.org/caller/acme/" + app, {}, 30}, m_clock).value().certificate;
    }
    std::filesystem::path write(const std::string& name, const std::string& text) {
        EXPECT_TRUE(replaceFile(m_folder.path() / name, text, 0600).ok());
        return m_folder.path() / name;
    }
    static bool listed(const RevocationList& list, const std::string& pem) {
        return list.contains(certificateFromPem(pem).get());
    }

    SystemClock m_clock;
    test::TempFolder m_folder;
    const CertificateAuthority m_authority = CertificateAuthority::create("example.org", m_clock).value();
    const CertificateAuthority m_other = CertificateAuthority::create("example.org", m_clock).value();
    const std::filesystem::path m_ca = write("ca.crt", m_authority.certificate());
    const std::string m_good = issue(m_authority, "good");
    const std::string m_bad = issue(m_authority, "bad");
};

TEST_F(RevocationsTest, whatIsOnTheListIsRevokedAndNothingElse) {
    const auto file = write("list.pem", m_authority.revoke({m_bad}, 30, m_clock).value());
    const auto list = RevocationList::read(file, m_ca);
    ASSERT_TRUE(list.ok()) << list.error().message;
    EXPECT_EQ(list->size(), 1U);
    EXPECT_TRUE(listed(*list, m_bad));
    EXPECT_FALSE(listed(*list, m_good));
    EXPECT_FALSE(listed(RevocationList(), m_bad));
}

TEST_F(RevocationsTest, everyListOfAFolderCounts) {
    std::filesystem::create_directory(m_folder / "lists");
    write("lists/a.crl", m_authority.revoke({m_bad}, 30, m_clock).value());
    write("lists/b.pem", m_authority.revoke({m_good}, 30, m_clock).value());
    write("lists/readme.txt", "not a list");
    const auto list = RevocationList::read(m_folder / "lists", m_ca);
    ASSERT_TRUE(list.ok()) << list.error().message;
    EXPECT_TRUE(listed(*list, m_bad));
    EXPECT_TRUE(listed(*list, m_good));
}

TEST_F(RevocationsTest, aListOfSomebodyElseIsRefused) {
    const std::string stranger = issue(m_other, "good");
    const auto file = write("list.pem", m_other.revoke({stranger}, 30, m_clock).value());
    const auto list = RevocationList::read(file, m_ca);
    ASSERT_FALSE(list.ok());
    EXPECT_EQ(list.error().code, ErrorCode::PermissionDenied);
    EXPECT_FALSE(m_authority.revoke({stranger}, 30, m_clock).ok());
}

TEST_F(RevocationsTest, aFileThatIsNoListIsRefusedAndNamed) {
    const std::string whole = m_authority.revoke({m_bad}, 30, m_clock).value();
    std::string damaged = whole;
    damaged.erase(whole.size() / 2, 1);
    std::string unbegun = whole;
    unbegun.replace(unbegun.find("X509"), 4, "X500");
    for (const std::string& text :
         {std::string(), std::string("hello"), whole.substr(0, whole.size() / 2),
          whole + whole.substr(0, whole.size() / 2), whole + damaged, whole + damaged + whole, whole + unbegun}) {
        const auto list = RevocationList::read(write("list.pem", text), m_ca);
        ASSERT_FALSE(list.ok()) << text;
        EXPECT_EQ(list.error().code, ErrorCode::Corrupt);
        EXPECT_NE(list.error().message.find("list.pem"), std::string::npos);
    }
}

TEST_F(RevocationsTest, anOverdueListHoldsAndRaisesAnAlarm) {
    const auto file = write("list.pem", m_authority.revoke({m_bad}, 7, m_clock).value());
    Revocations inForce;
    EXPECT_FALSE(inForce.alarm(m_clock.wallNow())) << "without a list there is nothing to wait for";
    inForce.replace(RevocationList::read(file, m_ca).value());
    EXPECT_TRUE(inForce.contains(certificateFromPem(m_bad).get()));
    EXPECT_FALSE(inForce.alarm(m_clock.wallNow() + 24h * 6));
    const auto alarm = inForce.alarm(m_clock.wallNow() + 24h * 8);
    ASSERT_TRUE(alarm);
    EXPECT_EQ(alarm->rfind("the certificate revocation list is overdue since ", 0), 0U) << *alarm;
    EXPECT_TRUE(inForce.contains(certificateFromPem(m_bad).get()));
}

TEST_F(RevocationsTest, theFirstToBeDueOfTheNewestListsOfAllAuthoritiesCounts) {
    const auto second = CertificateAuthority::create("example.net", m_clock).value();
    const auto both = write("both.crt", m_authority.certificate() + second.certificate());
    std::filesystem::create_directory(m_folder / "lists");
    const auto daysUntilDue = [&] {
        const auto due = RevocationList::read(m_folder / "lists", both).value().nextDue();
        return due ? std::chrono::round<std::chrono::days>(*due - m_clock.wallNow()).count() : -1;
    };
    write("lists/new.crl", m_authority.revoke({m_bad, m_good}, 30, m_clock).value());
    write("lists/old.crl", m_authority.revoke({m_bad}, 7, m_clock).value());
    EXPECT_EQ(daysUntilDue(), 30);
    write("lists/second.crl", second.revoke({}, 14, m_clock).value());
    EXPECT_EQ(daysUntilDue(), 14);
}

} // namespace
} // namespace gnomon::access
