// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/readiness.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace gnomon::node {

namespace {

const VersionNumber kProduction{3};
const VersionNumber kShadow{2};
const VersionNumber kSpare{1};

Deployment deployed(Mode mode) {
    Deployment deployment;
    deployment.mode = mode;
    deployment.production = kProduction;
    deployment.shadows = {{kShadow, 100}};
    deployment.chain = {{FallbackKind::Version, kSpare}};
    return deployment;
}

std::vector<Version> ready(std::initializer_list<VersionNumber> numbers) {
    std::vector<Version> versions;
    for (const VersionNumber number : {kSpare, kShadow, kProduction, VersionNumber(4)}) {
        Version& version = versions.emplace_back();
        version.number = number;
        const bool is = std::find(numbers.begin(), numbers.end(), number) != numbers.end();
        version.state = is ? VersionState::Ready : VersionState::Refused;
    }
    return versions;
}

} // namespace

TEST(Readiness, somebodyAnswersACallThatNamesNobody) {
    EXPECT_TRUE(answers(deployed(Mode::Production), ready({kProduction})));
    EXPECT_TRUE(answers(deployed(Mode::Production), ready({kSpare}))) << "the chain answers in its place";
    EXPECT_FALSE(answers(deployed(Mode::Production), ready({kShadow}))) << "a shadow answers nobody";
    EXPECT_FALSE(answers(deployed(Mode::Fallback), ready({kProduction})));
    EXPECT_TRUE(answers(deployed(Mode::Fallback), ready({kSpare})));
    EXPECT_FALSE(answers(deployed(Mode::Disabled), ready({kProduction, kSpare})));
    Deployment constant = deployed(Mode::Fallback);
    constant.chain = {{FallbackKind::Constant, {}}};
    EXPECT_TRUE(answers(constant, ready({})));
}

TEST(Readiness, aVersionAnswersToItsNumberWhileItIsDeployedAndInService) {
    const auto all = ready({kSpare, kShadow, kProduction, VersionNumber(4)});
    for (const VersionNumber number : {kSpare, kShadow, kProduction}) {
        EXPECT_TRUE(answersAs(deployed(Mode::Production), all, number)) << number.value;
        EXPECT_FALSE(answersAs(deployed(Mode::Disabled), all, number)) << number.value;
    }
    EXPECT_FALSE(answersAs(deployed(Mode::Production), all, VersionNumber(4))) << "it is loaded, but not deployed";
    EXPECT_FALSE(answersAs(deployed(Mode::Production), ready({kSpare}), kProduction)) << "nobody answers in its place";
    EXPECT_FALSE(answersAs(deployed(Mode::Fallback), all, kProduction));
    EXPECT_TRUE(answersAs(deployed(Mode::Fallback), all, kSpare));
}

} // namespace gnomon::node
