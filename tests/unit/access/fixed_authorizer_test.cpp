// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/access/fixed_authorizer.h"

#include <gtest/gtest.h>

#include <set>

namespace gnomon::access {
namespace {

constexpr std::array kAll = {Permission::Infer,        Permission::View,         Permission::ViewPayload,
                             Permission::OperateSafe,  Permission::OperateRisky, Permission::ReadAudit,
                             Permission::WitnessAudit, Permission::Work};

PeerIdentity peer(const std::string& spiffeId) {
    return {spiffeId, spiffeId.empty() ? "none" : "mtls", {}, "127.0.0.1:4000", "test"};
}

std::set<Permission> permissionsOf(const FixedAuthorizer& authorizer, const std::string& spiffeId) {
    std::set<Permission> granted;
    const auto principal = authorizer.identify(peer(spiffeId));
    for (const Permission permission : kAll) {
        if (principal.ok() && authorizer.authorize(*principal, permission).ok()) {
            granted.insert(permission);
        }
    }
    return granted;
}

const FixedAuthorizer kAuthorizer({"example", false});
const std::set<Permission> kConsole = {Permission::Infer,       Permission::View,         Permission::ViewPayload,
                                       Permission::OperateSafe, Permission::OperateRisky, Permission::ReadAudit,
                                       Permission::WitnessAudit};

TEST(FixedAuthorizer, grantsByThePathAlone) {
    EXPECT_EQ(permissionsOf(kAuthorizer, "spiffe://example/caller/bank/app"), std::set{Permission::Infer});
    EXPECT_EQ(permissionsOf(kAuthorizer, "spiffe://example/console/ada/laptop"), kConsole);
    EXPECT_EQ(permissionsOf(kAuthorizer, "spiffe://example/node/n1"), std::set{Permission::Work});
    EXPECT_EQ(permissionsOf(kAuthorizer, "spiffe://example/worker/w1"), std::set{Permission::Work});
}

class DeniedIdentity : public testing::TestWithParam<std::string> {};

TEST_P(DeniedIdentity, isNobody) {
    EXPECT_FALSE(kAuthorizer.identify(peer(GetParam())).ok());
}

INSTANTIATE_TEST_SUITE_P(All, DeniedIdentity,
                         testing::Values("", "spiffe://other/console/ada/laptop", "spiffe://example/console/ada",
                                         "spiffe://example/console/ada/laptop/more", "spiffe://example/console",
                                         "spiffe://example/Console/ada/laptop", "spiffe://example/consoles/ada/laptop",
                                         "spiffe://example/caller/app", "spiffe://example/node/a/b",
                                         "spiffe://example/worker", "spiffe://example/witness/w1",
                                         "spiffe://example/x/console/ada/laptop", "console/ada/laptop"));

TEST(FixedAuthorizer, knowsThePersonAndTheTenant) {
    const auto person = kAuthorizer.identify(peer("spiffe://example/console/ada/laptop"));
    ASSERT_TRUE(person.ok());
    EXPECT_EQ(person->actor.person, "ada");
    EXPECT_EQ(person->actor.identity, "spiffe://example/console/ada/laptop");
    EXPECT_EQ(person->role, "console");
    EXPECT_EQ(person->tenant, "");
    const auto caller = kAuthorizer.identify(peer("spiffe://example/caller/bank/scoring"));
    ASSERT_TRUE(caller.ok());
    EXPECT_EQ(caller->tenant, "bank");
    EXPECT_EQ(caller->actor.person, "bank/scoring");
}

TEST(FixedAuthorizer, saysWhatIsMissingAndWhoHasIt) {
    const auto caller = kAuthorizer.identify(peer("spiffe://example/caller/bank/scoring"));
    ASSERT_TRUE(caller.ok());
    const Status status = kAuthorizer.authorize(*caller, Permission::ReadAudit);
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code, ErrorCode::PermissionDenied);
    EXPECT_NE(status.error().message.find("audit.read"), std::string::npos);
    EXPECT_NE(status.error().remedy.find("/console/<user>/<device>"), std::string::npos);
}

TEST(FixedAuthorizer, letsTheAnonymousOperateOnlyWhenToldTo) {
    EXPECT_EQ(kAuthorizer.identify(peer("")).error().code, ErrorCode::Unauthenticated);
    const FixedAuthorizer open({"example", true});
    const auto anyone = open.identify(peer(""));
    ASSERT_TRUE(anyone.ok());
    EXPECT_EQ(anyone->actor.person, "anonymous");
    EXPECT_EQ(permissionsOf(open, ""), kConsole);
    EXPECT_FALSE(open.identify(peer("spiffe://other/console/ada/laptop")).ok());
}

} // namespace
} // namespace gnomon::access
