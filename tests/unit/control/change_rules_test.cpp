// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/control/change_rules.h"

#include <gtest/gtest.h>

namespace gnomon::control {
namespace {

const FallbackStep kRefuse{FallbackKind::Refuse, {}};
const FallbackStep kConstant{FallbackKind::Constant, {}};

FallbackStep version(std::uint32_t number) {
    return {FallbackKind::Version, VersionNumber(number)};
}

Deployment deployed(std::uint32_t production, std::vector<ShadowSpec> shadows = {},
                    std::vector<FallbackStep> chain = {kConstant}, Mode mode = Mode::Production) {
    return {VersionNumber(production), std::move(shadows), std::move(chain), mode};
}

ShadowSpec shadow(std::uint32_t number, int percent = 100) {
    return {VersionNumber(number), percent};
}

// An endpoint with the versions 1 to 4, of which 4 was refused, and a history.
class ChangeRulesTest : public testing::Test {
protected:
    ChangeRulesTest() {
        for (std::uint32_t i = 1; i <= 4; ++i) {
            Version version;
            version.number = VersionNumber(i);
            version.state = i == 4 ? VersionState::Refused : VersionState::Ready;
            version.health = i == 4 ? "golden case failed" : "";
            versions.push_back(version);
        }
    }
    // Oldest first.
    void past(const std::vector<Deployment>& deployments) {
        history.clear();
        for (const Deployment& deployment : deployments) {
            Generation generation;
            generation.endpoint = EndpointName("spam");
            generation.number = GenerationNumber(history.size() + 1);
            generation.deployment = deployment;
            generation.actor.person = "ada";
            history.insert(history.begin(), generation);
        }
    }
    void restores(std::uint64_t generation, std::uint64_t older) {
        history.at(history.size() - generation).restores = GenerationNumber(older);
    }
    Result<Proposal> ask(ChangeKind kind, std::optional<std::uint32_t> number = {}, std::optional<int> percent = {},
                         std::optional<std::uint64_t> generation = {}) {
        ChangeRequest request;
        request.kind = kind;
        request.endpoint = EndpointName("spam");
        request.mirrorPercent = percent;
        if (number) {
            request.version = VersionNumber(*number);
        }
        if (generation) {
            request.toGeneration = GenerationNumber(*generation);
        }
        return propose(request, {history.front(), history, versions});
    }
    void expectResult(const Result<Proposal>& proposal, const Deployment& result) {
        ASSERT_TRUE(proposal.ok()) << proposal.error().message;
        EXPECT_EQ(describe(proposal->result), describe(result));
        EXPECT_EQ(proposal->result, result);
    }
    void expectImpossible(const Result<Proposal>& proposal, const std::string& says) {
        ASSERT_FALSE(proposal.ok());
        EXPECT_EQ(proposal.error().code, ErrorCode::FailedPrecondition);
        EXPECT_NE(proposal.error().message.find(says), std::string::npos) << proposal.error().message;
    }

    std::vector<Version> versions;
    std::vector<Generation> history;
};

TEST_F(ChangeRulesTest, fallbackChangesTheModeAlone) {
    past({deployed(1, {shadow(2)}, {version(3), kConstant})});
    const auto proposal = ask(ChangeKind::Fallback);
    expectResult(proposal, deployed(1, {shadow(2)}, {version(3), kConstant}, Mode::Fallback));
    EXPECT_EQ(proposal->direction, Direction::Safe);
    EXPECT_TRUE(proposal->notes.empty());
}

TEST_F(ChangeRulesTest, fallbackThatRefusesEveryCallSaysSo) {
    past({deployed(1, {}, {kRefuse})});
    EXPECT_EQ(ask(ChangeKind::Fallback)->notes.size(), 1u);
}

TEST_F(ChangeRulesTest, fallbackMakesNoSenseTwiceOrWhenDisabled) {
    past({deployed(1, {}, {kConstant}, Mode::Fallback)});
    expectImpossible(ask(ChangeKind::Fallback), "in FALLBACK already");
    past({deployed(1, {}, {kConstant}, Mode::Disabled)});
    expectImpossible(ask(ChangeKind::Fallback), "is disabled");
}

TEST_F(ChangeRulesTest, restoreBringsBackTheLastProductionDeployment) {
    past({deployed(1), deployed(2, {shadow(3)}), deployed(2, {shadow(3)}, {kConstant}, Mode::Fallback),
          deployed(2, {}, {kConstant}, Mode::Fallback)});
    const auto proposal = ask(ChangeKind::Restore);
    expectResult(proposal, deployed(2, {shadow(3)}));
    EXPECT_EQ(proposal->restores, GenerationNumber(2));
    EXPECT_EQ(proposal->direction, Direction::Risky);
}

TEST_F(ChangeRulesTest, restoreOnlyEndsAFallback) {
    past({deployed(1)});
    expectImpossible(ask(ChangeKind::Restore), "is not in FALLBACK");
    past({deployed(1), deployed(1, {}, {kConstant}, Mode::Disabled)});
    expectImpossible(ask(ChangeKind::Restore), "is not in FALLBACK");
}

TEST_F(ChangeRulesTest, rollbackGoesToTheGenerationBeforeOrTheStatedOne) {
    past({deployed(1), deployed(2), deployed(3)});
    auto proposal = ask(ChangeKind::Rollback);
    expectResult(proposal, deployed(2));
    EXPECT_EQ(proposal->restores, GenerationNumber(2));
    EXPECT_EQ(proposal->direction, Direction::Safe);
    proposal = ask(ChangeKind::Rollback, {}, {}, 1);
    expectResult(proposal, deployed(1));
    EXPECT_EQ(proposal->restores, GenerationNumber(1));
}

TEST_F(ChangeRulesTest, rollbackNeedsAnotherGenerationThatIsThere) {
    past({deployed(1)});
    expectImpossible(ask(ChangeKind::Rollback), "has no generation before");
    past({deployed(1), deployed(2), deployed(1)});
    expectImpossible(ask(ChangeKind::Rollback, {}, {}, 1), "does what generation 1 did already");
    expectImpossible(ask(ChangeKind::Rollback, {}, {}, 3), "does what generation 3 did already");
    expectImpossible(ask(ChangeKind::Rollback, {}, {}, 9), "no generation 9");
}

TEST_F(ChangeRulesTest, rollbackOutOfSafetyIsRisky) {
    for (const Mode mode : {Mode::Fallback, Mode::Disabled}) {
        past({deployed(1), deployed(1, {}, {kConstant}, mode)});
        EXPECT_EQ(ask(ChangeKind::Rollback)->direction, Direction::Risky) << "it is a restore by another name";
        past({deployed(1, {}, {kConstant}, mode), deployed(1)});
        EXPECT_EQ(ask(ChangeKind::Rollback, {}, {}, 1)->direction, Direction::Safe);
    }
    const Deployment fallback = deployed(1, {}, {kConstant}, Mode::Fallback);
    const Deployment disabled = deployed(1, {}, {kConstant}, Mode::Disabled);
    past({fallback, disabled});
    EXPECT_EQ(ask(ChangeKind::Rollback)->direction, Direction::Risky) << "it is an enable by another name";
    EXPECT_EQ(ask(ChangeKind::Rollback)->notes, std::vector<std::string>{"this ends DISABLED, so it needs a reason"});
    past({disabled, fallback});
    EXPECT_EQ(ask(ChangeKind::Rollback, {}, {}, 1)->direction, Direction::Safe);
}

TEST_F(ChangeRulesTest, rollingBackAgainGoesFurtherBack) {
    past({deployed(1), deployed(2), deployed(3), deployed(2)});
    restores(4, 2);
    auto proposal = ask(ChangeKind::Rollback);
    expectResult(proposal, deployed(1));
    EXPECT_EQ(proposal->restores, GenerationNumber(1));
    past({deployed(1), deployed(2), deployed(1)});
    restores(3, 1);
    expectImpossible(ask(ChangeKind::Rollback), "has no generation before what it does now");
}

TEST_F(ChangeRulesTest, goingToWhatWasRolledBackFromIsGoingForward) {
    past({deployed(1), deployed(2), deployed(1)});
    restores(3, 1);
    history.front().kind = ChangeKind::Rollback;
    const auto proposal = ask(ChangeKind::Rollback, {}, {}, 2);
    expectResult(proposal, deployed(2)); // who names it means it
    EXPECT_EQ(proposal->direction, Direction::Risky);
    EXPECT_EQ(proposal->notes,
              std::vector<std::string>{"generation 3 went back from generation 2: this goes forward to "
                                       "it again, so it needs a reason"});
}

TEST_F(ChangeRulesTest, rollbackPassesOverWhatAnsweredNoCallAndWhatIsInForce) {
    const Deployment disabled = deployed(2, {}, {kConstant}, Mode::Disabled);
    past({deployed(1), deployed(2), disabled, deployed(2)});
    expectResult(ask(ChangeKind::Rollback), deployed(1));
    past({deployed(1), disabled, deployed(1)});
    expectImpossible(ask(ChangeKind::Rollback), "has no generation before");
}

TEST_F(ChangeRulesTest, rollbackFindsItsWayThroughWhatWasRestored) {
    const Deployment fallback = deployed(2, {}, {kConstant}, Mode::Fallback);
    past({deployed(1), deployed(2), deployed(3), deployed(2), fallback, deployed(2)});
    restores(4, 2);
    restores(6, 4);
    expectResult(ask(ChangeKind::Rollback), deployed(1));
    past({deployed(1), deployed(2), deployed(3), deployed(2), deployed(4)});
    restores(4, 2);
    expectResult(ask(ChangeKind::Rollback), deployed(2));
}

TEST_F(ChangeRulesTest, promoteSwapsTheVersionsAndKeepsTheOldOneWarmInTheChain) {
    past({deployed(1, {shadow(2), shadow(3, 50)}, {kConstant})});
    expectResult(ask(ChangeKind::Promote, 2), deployed(2, {shadow(3, 50)}, {version(1), kConstant}));
}

TEST_F(ChangeRulesTest, promoteNamesNoVersionTwice) {
    past({deployed(1, {}, {version(3), version(1), version(2), kRefuse})});
    expectResult(ask(ChangeKind::Promote, 2), deployed(2, {}, {version(1), version(3), kRefuse}));
}

TEST_F(ChangeRulesTest, promoteEndsFallback) {
    past({deployed(1), deployed(1, {}, {kConstant}, Mode::Fallback)});
    const auto proposal = ask(ChangeKind::Promote, 2);
    expectResult(proposal, deployed(2, {}, {version(1), kConstant}));
    EXPECT_EQ(proposal->notes.front(), "this ends FALLBACK");
}

TEST_F(ChangeRulesTest, promoteSaysWhatNobodyHasSeenYet) {
    past({deployed(1)});
    EXPECT_EQ(ask(ChangeKind::Promote, 2)->notes.size(), 2u) << "never production, never a shadow";
    past({deployed(2), deployed(1, {shadow(2)})});
    EXPECT_TRUE(ask(ChangeKind::Promote, 2)->notes.empty());
}

TEST_F(ChangeRulesTest, promoteNeedsAUsableVersion) {
    past({deployed(1)});
    EXPECT_EQ(ask(ChangeKind::Promote).error().code, ErrorCode::InvalidArgument);
    expectImpossible(ask(ChangeKind::Promote, 1), "in production already");
    expectImpossible(ask(ChangeKind::Promote, 4), "golden case failed");
    expectImpossible(ask(ChangeKind::Promote, 9), "has no v9");
    past({deployed(1, {}, {kConstant}, Mode::Disabled)});
    expectImpossible(ask(ChangeKind::Promote, 2), "is disabled");
    past({deployed(1), deployed(1, {}, {kConstant}, Mode::Fallback)});
    expectImpossible(ask(ChangeKind::Promote, 1), "is in FALLBACK");
}

TEST_F(ChangeRulesTest, shadowsAreStartedStoppedAndResized) {
    past({deployed(1)});
    expectResult(ask(ChangeKind::ShadowStart, 2), deployed(1, {shadow(2, 100)}));
    expectResult(ask(ChangeKind::ShadowStart, 2, 10), deployed(1, {shadow(2, 10)}));
    past({deployed(1, {shadow(2), shadow(3)})});
    expectResult(ask(ChangeKind::ShadowStop, 2), deployed(1, {shadow(3)}));
    expectResult(ask(ChangeKind::ShadowMirror, 3, 0), deployed(1, {shadow(2), shadow(3, 0)}));
    past({deployed(1, {shadow(2)})});
    expectResult(ask(ChangeKind::ShadowStop), deployed(1));
    EXPECT_EQ(ask(ChangeKind::ShadowStop)->version, VersionNumber(2)) << "the only one, though nobody named it";
    expectResult(ask(ChangeKind::ShadowMirror, {}, 5), deployed(1, {shadow(2, 5)}));
}

TEST_F(ChangeRulesTest, secondShadowSaysThatItIsNotCompared) {
    past({deployed(1)});
    EXPECT_TRUE(ask(ChangeKind::ShadowStart, 2)->notes.empty());
    past({deployed(1, {shadow(2)})});
    ASSERT_EQ(ask(ChangeKind::ShadowStart, 3)->notes.size(), 1u);
    EXPECT_NE(ask(ChangeKind::ShadowStart, 3)->notes[0].find("v3 is not compared until v2 is stopped"),
              std::string::npos);
}

TEST_F(ChangeRulesTest, shadowChangesThatMakeNoSense) {
    past({deployed(1, {shadow(2, 50), shadow(3)})});
    expectImpossible(ask(ChangeKind::ShadowStart, 1), "its own shadow");
    expectImpossible(ask(ChangeKind::ShadowStart, 2), "as a shadow already");
    expectImpossible(ask(ChangeKind::ShadowStop), "several shadows");
    expectImpossible(ask(ChangeKind::ShadowStop, 4), "no shadow v4");
    expectImpossible(ask(ChangeKind::ShadowMirror, 2, 50), "50 % to v2 already");
    EXPECT_EQ(ask(ChangeKind::ShadowMirror, 2, 101).error().code, ErrorCode::InvalidArgument);
    EXPECT_EQ(ask(ChangeKind::ShadowMirror, 2).error().code, ErrorCode::InvalidArgument);
    past({deployed(1)});
    EXPECT_EQ(ask(ChangeKind::ShadowStart, 2, 0).error().code, ErrorCode::InvalidArgument);
    EXPECT_EQ(ask(ChangeKind::ShadowStart).error().code, ErrorCode::InvalidArgument);
    expectImpossible(ask(ChangeKind::ShadowStop), "has no shadow");
}

TEST_F(ChangeRulesTest, disableAndEnableAreEachOthersEnd) {
    past({deployed(1, {shadow(2)})});
    const Deployment disabled = deployed(1, {shadow(2)}, {kConstant}, Mode::Disabled);
    expectResult(ask(ChangeKind::Disable), disabled);
    expectImpossible(ask(ChangeKind::Enable), "is not disabled");
    past({deployed(1, {shadow(2)}), disabled});
    expectResult(ask(ChangeKind::Enable), deployed(1, {shadow(2)}));
    expectImpossible(ask(ChangeKind::Disable), "is disabled already");
}

TEST_F(ChangeRulesTest, enableDoesNotEndAFallbackInPassing) {
    past({deployed(1), deployed(1, {}, {kConstant}, Mode::Fallback), deployed(1, {}, {kConstant}, Mode::Disabled)});
    const auto proposal = ask(ChangeKind::Enable);
    expectResult(proposal, deployed(1, {}, {kConstant}, Mode::Fallback));
    EXPECT_EQ(proposal->notes.size(), 1u);
}

TEST_F(ChangeRulesTest, nobodyAsksForTheInitialDeployment) {
    past({deployed(1)});
    EXPECT_EQ(ask(ChangeKind::Initial).error().code, ErrorCode::InvalidArgument);
}

TEST_F(ChangeRulesTest, fieldChangesNameWhatDiffersOnly) {
    const auto changes = fieldChanges(deployed(1, {shadow(2)}), deployed(2, {}, {version(1), kConstant}));
    EXPECT_EQ(changes,
              (std::vector<FieldChange>{
                  {"production", "v1", "v2"}, {"shadows", "v2 100 %", "none"}, {"chain", "constant", "v1, constant"}}));
    EXPECT_TRUE(fieldChanges(deployed(1), deployed(1)).empty());
}

} // namespace
} // namespace gnomon::control
