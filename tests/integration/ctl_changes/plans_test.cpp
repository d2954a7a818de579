// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/node_process.h"
#include "tests/support/run_program.h"

#include <gtest/gtest.h>

namespace gnomon::test {
namespace {

using nlohmann::json;

class CtlPlans : public ::testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(m_node.start());
        const CertificateFiles files = m_node.pki().issue("console/ada/laptop");
        m_identity = " --node " + m_node.control() + " --server-name localhost --ca " + m_node.pki().ca() + " --cert " +
                     files.certificate + " --key " + files.key;
    }

    ProgramEnd ctl(const std::string& words, const std::string& more = "") {
        return runProgram("gnomonctl " + words + more + m_identity);
    }
    std::string planOf(const std::string& change) {
        const ProgramEnd end = ctl("plan " + change + " --json");
        EXPECT_EQ(end.code, 0) << end.text;
        return json::parse(end.text).at("plan");
    }
    std::uint64_t generation(const std::string& endpoint) {
        const ProgramEnd end = ctl("endpoints " + endpoint + " --json");
        return json::parse(end.text).at("endpoints").at(0).at("generation").at("generation");
    }

    NodeProcess m_node{{demoModels(), "", 0, false}};
    std::string m_identity;
};

TEST_F(CtlPlans, anotherVerbsEndpointsOrVersionsPlanIsNotExecuted) {
    const std::string plan = " --plan " + planOf("promote spam-filter v2 --reason better --skip-replay");
    for (const auto& [words, said] : std::map<std::string, std::string>{
             {"disable credit-approval",
              "the plan is for 'promote' of endpoint 'spam-filter', not for 'disable' of endpoint 'credit-approval'"},
             {"promote credit-approval v2", "not for 'promote' of endpoint 'credit-approval'"},
             {"promote spam-filter v3", "the plan is for v2, not for v3"}}) {
        const ProgramEnd end = ctl(words, plan);
        EXPECT_EQ(end.code, 2) << end.text;
        EXPECT_NE(end.text.find(said), std::string::npos) << end.text;
        EXPECT_NE(end.text.find("look at the plan again"), std::string::npos) << end.text;
    }
    EXPECT_EQ(generation("spam-filter"), 1u);
    EXPECT_EQ(generation("credit-approval"), 1u);
    const ProgramEnd meant = ctl("promote spam-filter v2", plan);
    EXPECT_EQ(meant.code, 0) << meant.text;
    EXPECT_EQ(generation("spam-filter"), 2u);
}

TEST_F(CtlPlans, whatAPlanSaysIsNotSaidBesideIt) {
    const std::string plan = " --plan " + planOf("fallback spam-filter --skip-replay");
    for (const std::string words :
         {"fallback spam-filter --dry-run", "fallback spam-filter --skip-replay", "rollback spam-filter --to 1",
          "shadow start spam-filter v3 --mirror 5", "shadow mirror spam-filter v2 --mirror 5"}) {
        const ProgramEnd end = ctl(words, plan);
        EXPECT_EQ(end.code, 2) << end.text;
        EXPECT_NE(end.text.find("excludes"), std::string::npos) << end.text;
    }
    for (const std::string words : {" --plan ''", " --plan 12ab", " --plan spam"}) {
        EXPECT_EQ(ctl("fallback spam-filter" + words).code, 2) << "none is given, and none is made";
    }
    EXPECT_EQ(ctl("shadow mirror spam-filter v2 --reason r").code, 2) << "without a plan it needs a share";
    EXPECT_EQ(generation("spam-filter"), 1u);
    const std::string half = planOf("shadow-mirror spam-filter v2 --mirror 50 --reason r --skip-replay");
    EXPECT_EQ(ctl("shadow mirror spam-filter v2 --plan " + half).code, 0);
}

TEST_F(CtlPlans, aRequestIdBelongsToAPlan) {
    const ProgramEnd without = ctl("fallback spam-filter --skip-replay --request-id once");
    EXPECT_EQ(without.code, 2) << without.text;
    EXPECT_NE(without.text.find("--plan"), std::string::npos) << without.text;
    EXPECT_EQ(generation("spam-filter"), 1u);
    const std::string plan = " --plan " + planOf("fallback spam-filter --skip-replay");
    EXPECT_EQ(ctl("fallback spam-filter --request-id ''" + plan).code, 2);
    const ProgramEnd first = ctl("fallback spam-filter --json --request-id once" + plan);
    const ProgramEnd second = ctl("fallback spam-filter --json --request-id once" + plan);
    ASSERT_EQ(first.code, 0) << first.text;
    ASSERT_EQ(second.code, 0) << second.text;
    EXPECT_EQ(json::parse(first.text).at("generation"), json::parse(second.text).at("generation"));
    EXPECT_EQ(generation("spam-filter"), 2u);
}

} // namespace
} // namespace gnomon::test
