// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "tests/support/fake_gateway.h"
#include "tests/support/manual_clock.h"
#include "ui/bridge/node_session.h"
#include "ui/models/change_actions.h"
#include "ui/models/change_flow.h"
#include "ui/models/change_words.h"

using namespace gnomon;
using namespace gnomon::ui;
using State = ChangeFlow::State;

namespace {

const EndpointName kSpam{"spam-filter"};

ChangeRequest request(ChangeKind kind) {
    ChangeRequest made;
    made.kind = kind;
    made.endpoint = kSpam;
    return made;
}

const ChangeAction& find(const std::vector<ChangeAction>& actions, ChangeKind kind) {
    return *std::ranges::find(actions, kind, &ChangeAction::kind);
}

} // namespace

class ChangeFlowTest : public QObject {
    Q_OBJECT

private:
    test::ManualClock m_clock;
    std::shared_ptr<test::FakeNode> m_node;
    std::unique_ptr<NodeSession> m_session;

private Q_SLOTS:
    void init() {
        m_node = std::make_shared<test::FakeNode>(m_clock.wallNow());
        m_session = std::make_unique<NodeSession>(port::ConnectionProfile{},
                                                  std::make_unique<test::FakeGateway>(m_node), m_clock);
    }

    void previewChangesNothing() {
        ChangeFlow flow(*m_session, request(ChangeKind::Fallback));
        QTRY_COMPARE(flow.state(), State::Planned);
        QVERIFY(m_node->executed().empty());
        QVERIFY(flow.preview()->plan.targets.front().result.mode == Mode::Fallback);
    }

    void executesExactlyWhatWasPreviewedAndProvesIt() {
        ChangeFlow flow(*m_session, request(ChangeKind::Fallback));
        QTRY_COMPARE(flow.state(), State::Planned);
        const PlanDigest digest = flow.preview()->digest;
        flow.execute("drill");
        QTRY_COMPARE(flow.state(), State::Proved);
        QCOMPARE(m_node->executed().size(), std::size_t{1});
        QVERIFY(m_node->executed()[0].digest == digest);
        QCOMPARE(m_node->executed()[0].reason, std::string("drill"));
        QVERIFY(effectText(flow, QTimeZone::utc()).contains(QStringLiteral("first reply at 12:00:00.214")));
    }

    void theNodesPlanTellsTheDirection() {
        m_node->edit([](auto& endpoints, auto&) {
            Generation fallback = endpoints[0].history.front();
            fallback.number = GenerationNumber(fallback.number.value + 1);
            fallback.deployment.mode = Mode::Fallback;
            endpoints[0].history.insert(endpoints[0].history.begin(), fallback);
            endpoints[0].snapshot.generation = fallback;
        });
        ChangeFlow flow(*m_session, request(ChangeKind::Rollback));
        QVERIFY(flow.direction() == Direction::Safe);
        QTRY_COMPARE(flow.state(), State::Planned);
        QVERIFY(flow.direction() == Direction::Risky);
    }

    void aCommandLineSaysTheSame() {
        ChangeRequest start = request(ChangeKind::ShadowStart);
        start.version = VersionNumber(2);
        start.mirrorPercent = 10;
        start.reason = "it's time";
        QCOMPARE(commandText(start, Direction::Risky),
                 QStringLiteral("gnomonctl shadow start spam-filter v2 --mirror 10 "
                                "--reason 'it'\\''s time'"));
        ChangeRequest back = request(ChangeKind::Rollback);
        back.toGeneration = GenerationNumber(3);
        back.skipDryRun = true;
        QCOMPARE(commandText(back, Direction::Safe),
                 QStringLiteral("gnomonctl rollback spam-filter --to 3 --skip-replay"));
        QCOMPARE(commandText(back, Direction::Risky), // it would be refused without one
                 QStringLiteral("gnomonctl rollback spam-filter --to 3 --reason REASON --skip-replay"));
    }

    void executingTwiceSendsOnce() {
        ChangeFlow flow(*m_session, request(ChangeKind::Fallback));
        QTRY_COMPARE(flow.state(), State::Planned);
        flow.execute({});
        flow.execute({});
        QTRY_COMPARE(flow.state(), State::Proved);
        flow.execute({});
        QCOMPARE(m_node->executed().size(), std::size_t{1});
    }

    void aMovedGenerationIsRefusedAndCanBePlannedAnew() {
        ChangeFlow first(*m_session, request(ChangeKind::Fallback));
        ChangeFlow second(*m_session, request(ChangeKind::Disable));
        QTRY_COMPARE(first.state(), State::Planned);
        QTRY_COMPARE(second.state(), State::Planned);
        first.execute({});
        QTRY_COMPARE(first.state(), State::Proved);
        second.execute({});
        QTRY_COMPARE(second.state(), State::Failed);
        QVERIFY(!second.outcomeUnknown());
        QVERIFY(second.error()->message.find("generation") != std::string::npos);
        second.plan(second.request());
        QTRY_COMPARE(second.state(), State::Planned);
        second.execute({});
        QTRY_COMPARE(second.state(), State::Proved);
    }

    void aChangeWhoseAnswerWasLostHappensOnce() {
        ChangeFlow flow(*m_session, request(ChangeKind::Fallback));
        QTRY_COMPARE(flow.state(), State::Planned);
        m_node->loseNext({ErrorCode::Unavailable, "the line broke"});
        flow.execute({});
        QTRY_COMPARE(flow.state(), State::Failed);
        QVERIFY(flow.outcomeUnknown());
        flow.execute({});
        QTRY_COMPARE(flow.state(), State::Proved);
        QCOMPARE(m_node->executed().size(), std::size_t{1});
        QCOMPARE(flow.outcome()->generation.number.value, 4U);
    }

    void whatIsNotConfirmedIsSaidSoAndAskedAgain() {
        ChangeFlow flow(*m_session, request(ChangeKind::Fallback));
        QTRY_COMPARE(flow.state(), State::Planned);
        m_node->hold();
        flow.execute({});
        QTRY_COMPARE(m_node->held(), std::size_t{1});
        m_node->failNext<EffectProof>({ErrorCode::DeadlineExceeded, "no reply of the new generation yet"});
        m_node->releaseAll();
        QTRY_COMPARE(flow.state(), State::Unproved);
        QVERIFY(flow.inForce());
        flow.awaitProof();
        QTRY_COMPARE(flow.state(), State::Proved);
    }

    void aNodeThatIsGoneRefusesInWords() {
        ChangeFlow flow(*m_session, request(ChangeKind::Fallback));
        QTRY_COMPARE(flow.state(), State::Planned);
        m_session.reset();
        QCOMPARE(flow.state(), State::Refused);
        QVERIFY(!flow.error()->remedy.empty());
        flow.execute({});
        QCOMPARE(flow.state(), State::Refused);
    }

    // No answer comes any more: whoever waits must not wait for ever.
    void aNodeThatGoesAwayEndsWhatIsOnItsWay() {
        m_node->hold();
        ChangeFlow planning(*m_session, request(ChangeKind::Fallback));
        m_session.reset();
        QCOMPARE(planning.state(), State::Refused);

        init();
        ChangeFlow executing(*m_session, request(ChangeKind::Fallback));
        QTRY_COMPARE(executing.state(), State::Planned);
        m_node->hold();
        executing.execute({});
        m_session.reset();
        QCOMPARE(executing.state(), State::Failed);
        QVERIFY(executing.outcomeUnknown());

        init();
        ChangeFlow proving(*m_session, request(ChangeKind::Fallback));
        QTRY_COMPARE(proving.state(), State::Planned);
        m_node->failNext<EffectProof>({ErrorCode::DeadlineExceeded, "no reply yet"});
        proving.execute({});
        QTRY_COMPARE(proving.state(), State::Unproved);
        m_node->hold();
        proving.awaitProof();
        m_session.reset();
        QCOMPARE(proving.state(), State::Unproved);
        QVERIFY(proving.inForce());
    }

    // Only a refusal says that nothing has changed. To ask again with the same request is harmless, to plan again is
    // not.
    void whatIsNoRefusalMayBeInForce() {
        const std::pair<ErrorCode, bool> codes[] = {
            {ErrorCode::InvalidArgument, false},  {ErrorCode::NotFound, false},
            {ErrorCode::AlreadyExists, false},    {ErrorCode::FailedPrecondition, false},
            {ErrorCode::PermissionDenied, false}, {ErrorCode::Unimplemented, false},
            {ErrorCode::ResourceExhausted, true}, {ErrorCode::Unauthenticated, true},
            {ErrorCode::Unavailable, true},       {ErrorCode::DeadlineExceeded, true},
            {ErrorCode::Cancelled, true},         {ErrorCode::Corrupt, true},
            {ErrorCode::Internal, true}};
        for (const auto& [code, unknown] : codes) {
            init();
            ChangeFlow flow(*m_session, request(ChangeKind::Fallback));
            QTRY_COMPARE(flow.state(), State::Planned);
            m_node->loseNext({code, "as it came"});
            flow.execute({});
            QTRY_COMPARE(flow.state(), State::Failed);
            QCOMPARE(flow.outcomeUnknown(), unknown);
            if (unknown) {
                flow.execute({});
                QTRY_COMPARE(flow.state(), State::Proved);
            }
            QCOMPARE(m_node->executed().size(), std::size_t{1});
        }
    }

    void actionsAreRankedSafestFirst() {
        const auto actions = changeActions(test::fakeEndpoints(m_clock.wallNow())[0].snapshot, 3, {});
        std::vector<Direction> directions;
        for (const ChangeAction& action : actions) {
            directions.push_back(directionOf(action.kind));
        }
        QVERIFY(std::ranges::is_sorted(directions));
        QVERIFY(actions.front().kind == ChangeKind::Fallback);
        QVERIFY(actions.back().kind == ChangeKind::Promote);
    }

    void whatMakesNoSenseNowSaysWhy() {
        EndpointSnapshot snapshot = test::fakeEndpoints(m_clock.wallNow())[0].snapshot;
        auto actions = changeActions(snapshot, 1, {});
        QVERIFY(!find(actions, ChangeKind::Restore).blocked.isEmpty());
        QVERIFY(!find(actions, ChangeKind::Rollback).blocked.isEmpty());
        QVERIFY(find(actions, ChangeKind::Fallback).blocked.isEmpty());
        snapshot.generation.deployment.mode = Mode::Fallback;
        actions = changeActions(snapshot, 2, {});
        QVERIFY(find(actions, ChangeKind::Restore).blocked.isEmpty());
        QVERIFY(!find(actions, ChangeKind::Fallback).blocked.isEmpty());
    }

    void wantOfAPermissionIsDeniedNotHidden() {
        Principal viewer;
        viewer.permissions = 1U << static_cast<unsigned>(Permission::View);
        for (const ChangeAction& action :
             changeActions(test::fakeEndpoints(m_clock.wallNow())[0].snapshot, 3, viewer)) {
            QVERIFY(action.denied);
            QVERIFY(action.blocked.contains(QStringLiteral("operate.")));
        }
    }
};

QTEST_GUILESS_MAIN(ChangeFlowTest)
#include "change_flow_test.moc"
