// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "tests/support/fake_node_data.h"
#include "tests/support/manual_clock.h"
#include "ui/models/advice.h"

using namespace gnomon;
using namespace gnomon::ui;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

const WallTime kNow = test::ManualClock().wallNow();

// What happened to an endpoint, told from the beginning.
struct Story {
    std::vector<Generation> history; // newest first

    Story& then(ChangeKind kind, std::uint32_t production, std::chrono::seconds ago, Mode mode = Mode::Production) {
        Generation g;
        g.endpoint = EndpointName("credit-approval");
        g.number = GenerationNumber(history.size() + 1);
        g.kind = kind;
        g.deployment.production = VersionNumber(production);
        g.deployment.shadows = {{VersionNumber(2), 100}};
        g.deployment.mode = mode;
        g.time = kNow - ago;
        g.actor = test::fakeActor("ada");
        history.insert(history.begin(), g);
        return *this;
    }
    Story& because(const std::string& reason) {
        history.front().reason = reason;
        return *this;
    }
    std::optional<ServiceRecord> record(std::uint32_t production = 3, std::uint32_t shadow = 2) const {
        return serviceRecord(history, VersionNumber(production), VersionNumber(shadow), kNow);
    }
};

Story started(std::chrono::seconds ago = 72h) {
    return Story().then(ChangeKind::Initial, 1, ago);
}

Comparison comparisonOf(std::uint32_t production, Verdict verdict, std::vector<VerdictReason> reasons = {}) {
    Comparison c;
    c.production = VersionNumber(production);
    c.shadow = VersionNumber(2);
    c.verdict = verdict;
    c.reasons = std::move(reasons);
    c.margin = 0.05;
    c.agreement = 0.69;
    c.agreementInterval = {0.58, 0.80};
    c.asOf = kNow;
    return c;
}

Advice adviceFor(const Story& story, const Comparison& c, std::optional<EarlierPairs> earlier = {},
                 double substituted = 0) {
    Background background;
    background.mode = story.history.front().deployment.mode;
    background.record = story.record(c.production.value, c.shadow.value);
    background.earlier = earlier;
    background.substitutionShare = substituted;
    background.substitutionReason = substituted > 0 ? "not finite" : "";
    return adviceOn(c, background);
}

} // namespace

class AdviceTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void recordTellsWhoServedAndForHowLong() {
        const auto record = started().then(ChangeKind::Promote, 3, 6min).record();
        QVERIFY(record.has_value());
        QCOMPARE(record->production.served, std::chrono::milliseconds(6min));
        QCOMPARE(record->elder->version, VersionNumber(1));
        QCOMPARE(record->elder->served, std::chrono::milliseconds(72h - 6min));
        QCOMPARE(record->elder->newest, GenerationNumber(1));
        QVERIFY(!record->shadow.has_value());
        QVERIFY(record->newcomer());
    }

    void laterChangesOfTheSameProductionAreNotItsArrival() {
        const auto record =
            started().then(ChangeKind::Promote, 3, 20min).then(ChangeKind::ShadowMirror, 3, 5min).record();
        QCOMPARE(record->arrival.kind, ChangeKind::Promote);
        QCOMPARE(record->production.served, std::chrono::milliseconds(20min));
    }

    void timeInFallbackIsNotService() {
        const auto record = started()
                                .then(ChangeKind::Promote, 3, 20min)
                                .then(ChangeKind::Fallback, 3, 15min, Mode::Fallback)
                                .then(ChangeKind::Restore, 3, 5min)
                                .record();
        QCOMPARE(record->production.served, std::chrono::milliseconds(10min));
    }

    void whatWasRolledBackToIsNoNewcomer() {
        const Story story = started().then(ChangeKind::Promote, 3, 20min).then(ChangeKind::Rollback, 1, 5min);
        QVERIFY(!story.record(1)->newcomer());
        // But what is brought back against it is one still.
        Story again = story;
        QVERIFY(again.then(ChangeKind::Rollback, 3, 1min).record(3)->newcomer());
    }

    void aWeekOrTenTimesAsLongMakesAnIncumbent() {
        QVERIFY(started(90 * 24h).then(ChangeKind::Promote, 3, 6 * 24h).record()->newcomer());
        QVERIFY(!started(90 * 24h).then(ChangeKind::Promote, 3, 7 * 24h).record()->newcomer());
        QVERIFY(!started(24h + 1min).then(ChangeKind::Promote, 3, 24h).record()->newcomer());
        QVERIFY(started(30min + 1s).then(ChangeKind::Promote, 3, 30min).record()->newcomer()); // an hour in any case
    }

    void theElderIsTheOneThatServedLongest() {
        const auto record = started().then(ChangeKind::Promote, 4, 10min).then(ChangeKind::Promote, 3, 5min).record();
        QCOMPARE(record->elder->version, VersionNumber(1));
    }

    void historyOfAnotherProductionSaysNothing() {
        QVERIFY(!started().record(3).has_value());
        QVERIFY(!Story().record(3).has_value());
    }

    void everyCaseHasItsAdvice_data() {
        QTest::addColumn<bool>("newcomer");
        QTest::addColumn<int>("verdict");
        QTest::addColumn<QString>("action");
        const auto row = [](const char* name, bool newcomer, Verdict verdict, const QString& action) {
            QTest::newRow(name) << newcomer << int(verdict) << action;
        };
        const QString back = u"Roll back to v1, then compare v3 as a shadow."_s;
        row("incumbent, equivalent", false, Verdict::Equivalent, u"Either may serve, so v1 can stay."_s);
        row("incumbent, different", false, Verdict::Different, u"Keep v1 until it is known why."_s);
        row("incumbent, worse", false, Verdict::Worse, u"Keep v1."_s);
        row("incumbent, better", false, Verdict::Better, u"v2 may take over."_s);
        row("incumbent, conflicting", false, Verdict::Conflicting, u"Keep v1 until more is known."_s);
        row("incumbent, open", false, Verdict::CannotTellYet, u"Keep v1 until more is known."_s);
        row("newcomer, equivalent", true, Verdict::Equivalent, u"Either may serve, so v3 can stay."_s);
        row("newcomer, different", true, Verdict::Different, back);
        row("newcomer, worse", true, Verdict::Worse, u"Keep v3."_s);
        row("newcomer, better", true, Verdict::Better, u"v2 may take over."_s);
        row("newcomer, conflicting", true, Verdict::Conflicting, u"Keep v3 until more is known."_s);
        row("newcomer, open", true, Verdict::CannotTellYet, u"Keep v3, and watch it."_s);
    }
    void everyCaseHasItsAdvice() {
        QFETCH(bool, newcomer);
        QFETCH(int, verdict);
        QFETCH(QString, action);
        const Story story = newcomer ? started().then(ChangeKind::Promote, 3, 6min) : started();
        const Advice advice = adviceFor(story, comparisonOf(newcomer ? 3 : 1, static_cast<Verdict>(verdict)));
        QCOMPARE(advice.action, action);
        QCOMPARE(advice.urgent(), action.startsWith(u"Roll back"_s));
    }

    void aNewcomerIsNeverKeptByInertia() {
        const Advice advice = adviceFor(started().then(ChangeKind::Promote, 3, 6min).because("monthly retraining"),
                                        comparisonOf(3, Verdict::Different));
        QCOMPARE(advice.rollBack->newest, GenerationNumber(1));
        QCOMPARE(advice.grounds, u"v3 is the newcomer: promoted 6 min ago by ada (“monthly retraining”); v1 served "
                                 "before it, for 2 d."_s);
    }

    void nobodyIsTrustedWhileTheHistoryIsUnknown() {
        const Advice advice = adviceOn(comparisonOf(3, Verdict::Different), {});
        QCOMPARE(advice.action, u"Neither is known to be right."_s);
        QVERIFY(advice.grounds.isEmpty());
        QVERIFY(!advice.urgent());
    }

    void firstVersionOfAllIsKept() {
        const Advice advice = adviceFor(started(20s), comparisonOf(1, Verdict::Different));
        QCOMPARE(advice.action, u"Keep v1 until it is known why."_s);
        QCOMPARE(advice.grounds, u"v1 has served for 20 s; v2 never has."_s);
    }

    void theShadowThatServedBeforeSaysSo() {
        Story story = Story().then(ChangeKind::Initial, 2, 72h).then(ChangeKind::Promote, 3, 6min);
        const Advice advice = adviceFor(story, comparisonOf(3, Verdict::Different));
        QVERIFY2(advice.action.startsWith(u"Roll back to v2"_s), qPrintable(advice.action));
        QVERIFY2(advice.grounds.contains(u"v2, now the shadow, served before it"_s), qPrintable(advice.grounds));
    }

    void whatTheElderAgreedOnSpeaksAgainstTheNewcomer() {
        const Advice advice = adviceFor(started().then(ChangeKind::Promote, 3, 6min),
                                        comparisonOf(3, Verdict::Different), EarlierPairs{500, 25});
        QVERIFY(advice.urgent());
        QVERIFY2(advice.grounds.contains(u"Before, v1 and v2 differed in 5.0\u00A0% of 500 requests."_s),
                 qPrintable(advice.grounds));
    }

    void aDifferenceThatWasThereBeforeDoesNot() {
        const Advice advice = adviceFor(started().then(ChangeKind::Promote, 3, 6min),
                                        comparisonOf(3, Verdict::Different), EarlierPairs{500, 150});
        QVERIFY(!advice.urgent());
        QCOMPARE(advice.action, u"Keep v3 until more is known."_s);
        QVERIFY2(advice.grounds.contains(u"the difference did not come with v3"_s), qPrintable(advice.grounds));
    }

    void tooFewEarlierPairsSayNothing() {
        const Advice advice = adviceFor(started().then(ChangeKind::Promote, 3, 6min),
                                        comparisonOf(3, Verdict::Different), EarlierPairs{99, 90});
        QVERIFY(advice.urgent());
        QVERIFY2(!advice.grounds.contains(u"Before"_s), qPrintable(advice.grounds));
    }

    void aNewcomerThatFailsMoreOftenGoesBack() {
        const Story story = started().then(ChangeKind::Promote, 3, 6min);
        QVERIFY(adviceFor(story, comparisonOf(3, Verdict::Better, {{"errors", Verdict::Better, {}}})).urgent());
        QVERIFY(!adviceFor(story, comparisonOf(3, Verdict::Better, {{"latency", Verdict::Better, {}}})).urgent());
        // The decisions differ all the same, whatever else the shadow is worse at.
        QVERIFY(adviceFor(story, comparisonOf(3, Verdict::Worse, {{"decisions", Verdict::Different, {}}})).urgent());
    }

    void aNewcomerThatTheFallbackStandsInForGoesBack() {
        const Story story = started().then(ChangeKind::Promote, 3, 6min);
        const Advice advice = adviceFor(story, comparisonOf(3, Verdict::Equivalent), {}, 0.12);
        QVERIFY(advice.urgent());
        QVERIFY2(advice.grounds.contains(u"the fallback answered 12.0\u00A0% of the calls for v3: not finite"_s),
                 qPrintable(advice.grounds));
        QVERIFY(!adviceFor(story, comparisonOf(3, Verdict::Equivalent), {}, 0.01).urgent());
        QVERIFY(!adviceFor(started(), comparisonOf(1, Verdict::Equivalent), {}, 0.12).urgent());
    }

    void inFallbackNothingIsToBeKept() {
        const Story story = started().then(ChangeKind::Fallback, 1, 1min, Mode::Fallback);
        QCOMPARE(adviceFor(story, comparisonOf(1, Verdict::Different)).action, u"The fallback answers; v1 waits."_s);
        const Story disabled = started().then(ChangeKind::Disable, 1, 1min, Mode::Disabled);
        QCOMPARE(adviceFor(disabled, comparisonOf(1, Verdict::Different)).action, u"Nothing answers; v1 waits."_s);
        Story newcomer = started().then(ChangeKind::Promote, 3, 6min);
        newcomer.then(ChangeKind::Fallback, 3, 1min, Mode::Fallback);
        const Advice advice = adviceFor(newcomer, comparisonOf(3, Verdict::Different));
        QVERIFY(advice.urgent());
        QVERIFY(advice.grounds.endsWith(u"For now the fallback answers."_s));
    }

    void onlyPairsOfBothVersionsCount() {
        std::vector<Exchange> exchanges = test::fakeEndpoints(kNow)[0].exchanges; // v1 beside v2
        const EarlierPairs all = earlierPairs(exchanges, VersionNumber(1), VersionNumber(2));
        QCOMPARE(all.pairs, exchanges.size());
        QVERIFY(all.differing > 0 && all.differing < all.pairs);
        QCOMPARE(earlierPairs(exchanges, VersionNumber(3), VersionNumber(2)), EarlierPairs{});
        exchanges[0].legs[1].outcome = LegOutcome::Late;
        QCOMPARE(earlierPairs(exchanges, VersionNumber(1), VersionNumber(2)).pairs, all.pairs - 1);
    }
};

QTEST_GUILESS_MAIN(AdviceTest)
#include "advice_test.moc"
