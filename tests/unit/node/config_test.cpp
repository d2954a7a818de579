// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/base/files.h"
#include "backend/node/config.h"

#include <gtest/gtest.h>
#include <toml++/toml.h>

#include <cstdlib>

namespace gnomon {
namespace {

using node::NodeConfig;
using node::parseConfig;

constexpr const char* kLeast =
    "[node]\ntrust_domain = \"example.org\"\n[paths]\nrepository = \"models\"\nstate = \"s\"\n"
    "[tls]\nca = \"ca.crt\"\ncertificate = \"/etc/node.crt\"\nkey = \"node.key\"\n";

Result<NodeConfig> with(const std::string& more) {
    return parseConfig(kLeast + more, "/etc/gnomon/gnomond.toml");
}

std::string refusal(const std::string& text) {
    const auto config = parseConfig(text, "g.toml");
    return config.ok() ? "(accepted)" : config.error().message;
}

TEST(NodeConfig, leastFileFillsInTheRest) {
    const auto config = with("");
    ASSERT_TRUE(config.ok()) << config.error().message;
    EXPECT_EQ(config->fleet, "gnomond");
    EXPECT_EQ(config->auditOrigin, "gnomon/gnomond/gnomond/audit");
    EXPECT_EQ(config->inferenceListen, std::vector<std::string>{"127.0.0.1:8001"});
    EXPECT_EQ(config->repository, "/etc/gnomon/models") << "relative paths start at the file's folder";
    EXPECT_EQ(config->certificate, "/etc/node.crt");
    EXPECT_EQ(config->runtime, "/etc/gnomon/s/run");
}

TEST(NodeConfig, shippedFileSaysTheDefaults) {
    const std::string shipped = std::string(std::getenv("GNOMON_SOURCE")) + "/resources/config/gnomond.toml";
    const auto config = node::readConfig(shipped);
    ASSERT_TRUE(config.ok()) << config.error().message;
    auto expected = with("");
    expected->repository = config->repository;
    expected->state = config->state;
    expected->runtime = config->runtime;
    expected->ca = config->ca;
    expected->certificate = config->certificate;
    expected->key = config->key;
    expected->file = config->file;
    EXPECT_TRUE(*config == *expected) << "resources/config/gnomond.toml and NodeConfig differ in a default";
}

// The same keys in the shipped file and in the program: none is undocumented, none documented in vain.
TEST(NodeConfig, shippedFileExplainsEveryKey) {
    const std::string shipped = std::string(std::getenv("GNOMON_SOURCE")) + "/resources/config/gnomond.toml";
    const toml::table root = toml::parse(readFile(shipped).value());
    std::set<std::string> documented;
    for (const auto& [section, table] : root) {
        documented.emplace(section.str());
        for (const auto& [key, value] : *table.as_table()) {
            documented.insert(std::string(section.str()) + "." + std::string(key.str()));
        }
    }
    EXPECT_EQ(documented, node::configKeys());
}

TEST(NodeConfig, addressesThatNobodyCouldListenOnAreRefused) {
    for (const char* address :
         {"127.0.0.1:99999", "127.0.0.1:65536", "foo", "127.0.0.1:", "localhost:8443", ":8443x"}) {
        const std::string said =
            refusal(std::string(kLeast) + "[control]\nlisten = [\"[::1]:8443\", \"" + address + "\"]\n");
        EXPECT_NE(said.find("control.listen"), std::string::npos) << address << ": " << said;
        EXPECT_NE(said.find(std::string("'") + address + "'"), std::string::npos) << said;
    }
    EXPECT_TRUE(with("[control]\nlisten = [\"[::1]:65535\", \"0.0.0.0:0\"]\n").ok());
}

TEST(NodeConfig, unknownKeysAndSectionsAreRefusedWithTheirPlace) {
    const std::string key = refusal(std::string(kLeast) + "[limits]\nconections = 5\n");
    EXPECT_NE(key.find("limits.conections"), std::string::npos) << key;
    EXPECT_NE(key.find("g.toml:11:"), std::string::npos) << key;
    const std::string section = refusal(std::string(kLeast) + "[limit]\n");
    EXPECT_NE(section.find("limit"), std::string::npos) << section;
    EXPECT_NE(section.find("g.toml:10:"), std::string::npos) << section;
}

TEST(NodeConfig, wrongTypesAndRangesAreRefused) {
    EXPECT_NE(refusal(std::string(kLeast) + "[limits]\nconnections = \"many\"\n"), "(accepted)");
    EXPECT_NE(refusal(std::string(kLeast) + "[limits]\nconnections = 0\n"), "(accepted)");
    EXPECT_NE(refusal(std::string(kLeast) + "[control]\nlisten = \"127.0.0.1:1\"\n"), "(accepted)");
    EXPECT_NE(refusal(std::string(kLeast) + "[control]\nlisten = []\n"), "(accepted)");
    EXPECT_NE(refusal(std::string(kLeast) + "[audit]\non_audit_loss = \"drop\"\n"), "(accepted)");
    EXPECT_NE(refusal(std::string(kLeast) + "[log]\nlevel = \"loud\"\n"), "(accepted)");
    EXPECT_NE(refusal("[node\n").find("g.toml:1:"), std::string::npos);
}

TEST(NodeConfig, tlsIsNeededUnlessPlaintextIsAllowed) {
    const std::string paths = "[paths]\nrepository = \"m\"\nstate = \"s\"\n";
    EXPECT_NE(refusal(paths).find("trust_domain"), std::string::npos);
    EXPECT_NE(refusal(paths + "[node]\ntrust_domain = \"x\"\n").find("tls"), std::string::npos);
    EXPECT_TRUE(parseConfig(paths + "[tls]\nallow_plaintext = true\n", "g.toml").ok());
    EXPECT_NE(refusal("[tls]\nallow_plaintext = true\n").find("paths.repository"), std::string::npos);
}

TEST(NodeConfig, metricsStayOnThisMachineUnlessToldOtherwise) {
    EXPECT_TRUE(with("[metrics]\nlisten = \"\"\n").ok());
    EXPECT_TRUE(with("[metrics]\nlisten = \"[::1]:9\"\n").ok());
    const std::string refused = refusal(std::string(kLeast) + "[metrics]\nlisten = \"0.0.0.0:8002\"\n");
    EXPECT_NE(refused.find("metrics.listen"), std::string::npos) << refused;
    EXPECT_NE(refused.find("allow_remote"), std::string::npos) << refused;
    EXPECT_TRUE(with("[metrics]\nlisten = \"0.0.0.0:8002\"\nallow_remote = true\n").ok());
    EXPECT_NE(refusal(std::string(kLeast) + "[metrics]\nlisten = \"localhost:8002\"\n"), "(accepted)");
}

} // namespace
} // namespace gnomon
