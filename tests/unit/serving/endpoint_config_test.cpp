// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/repository/endpoint_config.h"

#include <gtest/gtest.h>

namespace gnomon::serving {
namespace {

Result<EndpointConfig> parse(const std::string& toml) {
    return parseEndpointConfig(toml, "spam/endpoint.toml", EndpointName("spam"));
}

TEST(EndpointConfig, readsEveryKey) {
    const auto config = parse(R"(
description = "Sorts mail"
owner = "mail"
[initial]
production = 3
shadows = [{ version = 2, mirror = 25 }, { version = 4 }]
chain = ["v1", "constant"]
[decision]
output = "probabilities"
column = 1
threshold = 0.7
positive = "spam"
negative = "ham"
classes = ["a", "b"]
[comparison]
margin = 0.01
score_margin = 0.05
cluster_parameter = "row"
[budget]
milliseconds = 150
abandoned_runs_until_skipped = 5
[payload]
keep = false
share = 0.5
max_bytes = 1000
[validation]
allow_nan = true
[[constant]]
name = "label"
datatype = "INT64"
shape = [1]
data = [-1]
[[constant]]
name = "probabilities"
datatype = "FP32"
shape = [1, 2]
data = [1, 0.0]
)");
    ASSERT_TRUE(config.ok()) << config.error().message;
    const EndpointSettings& settings = config->settings;
    EXPECT_EQ(settings.description, "Sorts mail");
    EXPECT_EQ(settings.owner, "mail");
    EXPECT_EQ(config->production, VersionNumber(3));
    EXPECT_EQ(config->shadows, (std::vector<ShadowSpec>{{VersionNumber(2), 25}, {VersionNumber(4), 100}}));
    EXPECT_EQ(config->chain, (std::vector<FallbackStep>{{FallbackKind::Version, VersionNumber(1)},
                                                        {FallbackKind::Constant, VersionNumber(0)}}));
    EXPECT_EQ(settings.decision, (DecisionRule{"probabilities", 1, 0.7, "spam", "ham", {"a", "b"}}));
    EXPECT_EQ(settings.margin, 0.01);
    EXPECT_EQ(settings.scoreMargin, 0.05);
    EXPECT_EQ(settings.clusterParameter, "row");
    EXPECT_EQ(settings.budget, std::chrono::milliseconds(150));
    EXPECT_EQ(settings.abandonedRunsUntilSkipped, 5u);
    EXPECT_EQ(settings.payload, (PayloadPolicy{false, 0.5, 1000}));
    EXPECT_TRUE(settings.allowNan);
    ASSERT_EQ(settings.constant.size(), 2u);
    EXPECT_EQ(settings.constant[0], (Tensor{"label", DataType::Int64, {1}, Bytes(8, 0xFF)}));
    EXPECT_EQ(settings.constant[1].data.size(), 8u);
}

TEST(EndpointConfig, everythingHasADefault) {
    const auto config = parse("");
    ASSERT_TRUE(config.ok());
    EXPECT_EQ(config->production, std::nullopt);
    EXPECT_EQ(config->chain, (std::vector<FallbackStep>{{FallbackKind::Refuse, VersionNumber(0)}}));
    EXPECT_EQ(config->settings.decision.scoreOutput, "");
}

struct Refused {
    const char* toml;
    const char* place; // line and column
    const char* field;
};

class RefusedConfig : public testing::TestWithParam<Refused> {};

TEST_P(RefusedConfig, isRefusedWithItsPlace) {
    const auto config = parse(GetParam().toml);
    ASSERT_FALSE(config.ok());
    EXPECT_EQ(config.error().code, ErrorCode::InvalidArgument);
    EXPECT_NE(config.error().message.find(std::string("spam/endpoint.toml:") + GetParam().place + ":"),
              std::string::npos)
        << config.error().message;
    EXPECT_EQ(config.error().field, GetParam().field);
}

INSTANTIATE_TEST_SUITE_P(
    All, RefusedConfig,
    testing::Values(
        Refused{"ownr = 'x'", "1:1", "ownr"}, Refused{"\n[decision]\nthreshhold = 1", "3:1", "decision.threshhold"},
        Refused{"owner = 1", "1:9", "owner"}, Refused{"[payload]\nshare = 1.5", "2:9", "payload.share"},
        Refused{"[payload]\nkeep = 1", "2:8", "payload.keep"},
        Refused{"[budget]\nmilliseconds = 0", "2:16", "budget.milliseconds"}, Refused{"budget = 5", "1:10", "budget"},
        Refused{"[initial]\nchain = ['v1']", "2:9", "initial.chain"},
        Refused{"[initial]\nchain = ['refuse', 'v1']", "2:9", "initial.chain"},
        Refused{"[initial]\nchain = ['constant']", "2:9", "initial.chain"},
        Refused{"[initial]\nchain = ['1', 'refuse']", "2:9", "initial.chain"},
        Refused{"[initial]\nshadows = [{ version = 0 }]", "2:24", "initial.shadows.version"},
        Refused{"[initial]\nshadows = [{ version = 2, miror = 1 }]", "2:27", "initial.shadows.miror"},
        Refused{"[[constant]]\nname = 'x'\ndatatype = 'FP99'\nshape = [1]\ndata = [1]", "3:12", "constant.datatype"},
        Refused{"[[constant]]\nname = 'x'\ndatatype = 'FP32'\nshape = [2]\ndata = [1, 2]", "4:9", "constant.shape"},
        Refused{"[[constant]]\nname = 'x'\ndatatype = 'FP32'\nshape = [1]\ndata = [1, 2]", "5:8", "constant.data"},
        Refused{"[[constant]]\nname = 'x'\ndatatype = 'FP32'\nshape = [1]\ndata = [nan]", "5:8", "constant.data"},
        Refused{"[[constant]]\nname = 'x'\ndatatype = 'UINT8'\nshape = [1]\ndata = [256]", "5:8", "constant.data"},
        Refused{"[decision]\npositive = 'a'\nnegative = 'a'", "2:12", "decision.positive"},
        Refused{"owner = 'x'\nowner = 'y'", "2:9", "this"}, Refused{"\n\nx = [", "3:6", "this"}));

} // namespace
} // namespace gnomon::serving
