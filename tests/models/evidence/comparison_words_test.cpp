// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "tests/support/fake_node_data.h"
#include "tests/support/manual_clock.h"
#include "ui/models/comparison_words.h"
#include "ui/models/evidence_format.h"
#include "ui/models/shadow_words.h"

using namespace gnomon;
using namespace gnomon::ui;
using namespace Qt::StringLiterals;

namespace {

const test::FakeEndpoint& endpoint() {
    static const auto kEndpoints = test::fakeEndpoints(test::ManualClock().wallNow());
    return kEndpoints[0];
}

Comparison comparisonWith(Verdict verdict) {
    Comparison c = endpoint().comparison.value();
    c.verdict = verdict;
    return c;
}

VerdictWords wordsOf(const Comparison& c) {
    return verdictWords(c, backgroundOf(endpoint().snapshot, endpoint().history, c));
}

QString everything(const VerdictWords& words) {
    return QStringList{words.word,    words.advice.action, words.advice.grounds,
                       words.because, words.caveat,        words.outlook}
        .join(u' ');
}

} // namespace

class ComparisonWordsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyVerdictSaysWhichVersionToKeep_data() {
        QTest::addColumn<int>("verdict");
        QTest::addColumn<QString>("action");
        QTest::addColumn<QString>("shape");
        QTest::newRow("different") << int(Verdict::Different) << u"Keep v1"_s << u"▲"_s;
        QTest::newRow("worse") << int(Verdict::Worse) << u"Keep v1"_s << u"▲"_s;
        QTest::newRow("conflicting") << int(Verdict::Conflicting) << u"Keep v1"_s << u"◆"_s;
        QTest::newRow("open") << int(Verdict::CannotTellYet) << u"Keep v1"_s << u"○"_s;
        QTest::newRow("equivalent") << int(Verdict::Equivalent) << u"Either may serve, so v1 can stay"_s << u"●"_s;
        QTest::newRow("better") << int(Verdict::Better) << u"v2 may take over"_s << u"●"_s;
    }
    void everyVerdictSaysWhichVersionToKeep() {
        QFETCH(int, verdict);
        QFETCH(QString, action);
        QFETCH(QString, shape);
        const VerdictWords words = wordsOf(comparisonWith(static_cast<Verdict>(verdict)));
        QVERIFY2(words.advice.action.startsWith(action), qPrintable(words.advice.action));
        QCOMPARE(words.shape, shape);
    }

    void reasonNamesDecisionsScoresAndLatency() {
        const VerdictWords words = wordsOf(comparisonWith(Verdict::Different));
        QVERIFY2(words.because.contains(u"v2 decides differently from v1 in 3.9"_s), qPrintable(words.because));
        QVERIFY2(words.because.contains(u"scores 0.031 higher"_s), qPrintable(words.because));
        QVERIFY2(words.because.contains(u"answers slower"_s), qPrintable(words.because));
        QVERIFY2(words.because.contains(u"Mostly v1 says ham where v2 says spam"_s), qPrintable(words.because));
    }

    void rangesHaveTwoDigitsAndTheirUnit() {
        Comparison c = comparisonWith(Verdict::CannotTellYet);
        c.agreementInterval = {1 - 0.342, 1 - 0.00028};
        const QString because = wordsOf(c).because;
        QVERIFY2(because.contains(u"0.028\u00A0% to 34\u00A0%"_s), qPrintable(because));
        QCOMPARE(roughShareText(0.99972), u"99.972\u00A0%"_s);
        QCOMPARE(roughShareText(1), u"100\u00A0%"_s);
    }

    void uncomparedShadowsAreNamed() {
        const Comparison c = comparisonWith(Verdict::Equivalent); // v1 and v2
        Deployment now{VersionNumber(1), {{VersionNumber(2), 100}}, {}, Mode::Production};
        QVERIFY(uncomparedOf(c, now).sentence.isEmpty());
        now.shadows.push_back({VersionNumber(3), 100});
        now.shadows.push_back({VersionNumber(4), 10});
        QCOMPARE(uncomparedOf(c, now).sentence,
                 u"v3 and v4 also run as shadows; they are not compared until v2 is stopped."_s);
        QCOMPARE(uncomparedOf(c, now).stop.value(), VersionNumber(2));
        now.shadows.erase(now.shadows.begin());
        QVERIFY(uncomparedOf(c, now).sentence.contains(u"has ended: v3 is the shadow now"_s));
        QVERIFY(!uncomparedOf(c, now).stop);
        now.mode = Mode::Fallback;
        QVERIFY(nothingComparedText(EndpointName("a"), now).contains(u"in production only"_s));
        now = {VersionNumber(1), {{VersionNumber(2), 0}}, {}, Mode::Production};
        QVERIFY(nothingComparedText(EndpointName("a"), now).contains(u"mirror share is 0 %"_s));
    }

    void nothingClaimsAccuracyWithoutLabels() {
        for (int i = 0; i <= int(Verdict::Conflicting); ++i) {
            const QString text = everything(wordsOf(comparisonWith(static_cast<Verdict>(i))));
            const bool denied = text.contains(u"nothing here says that its decisions are more accurate"_s);
            QVERIFY2(!text.contains(u"accura"_s) || denied, qPrintable(text));
        }
    }

    void openVerdictSaysHowManyPairsAreMissing() {
        Comparison c = comparisonWith(Verdict::CannotTellYet);
        c.pairsToVerdict = 9120; // at 182 440 pairs an hour: three minutes
        const VerdictWords words = wordsOf(c);
        QVERIFY2(words.outlook.contains(countText(9120)), qPrintable(words.outlook));
        QVERIFY2(words.outlook.contains(u"3 min"_s) || words.outlook.contains(u"4 min"_s), qPrintable(words.outlook));
        c.pairsToVerdict.reset();
        QVERIFY(wordsOf(c).outlook.contains(u"not known"_s));
    }

    void withoutPairsNothingIsCompared() {
        Comparison c = comparisonWith(Verdict::CannotTellYet);
        c.coverage = {};
        QVERIFY(wordsOf(c).because.contains(u"No request has been answered by both"_s));
        QCOMPARE(coverageShare(c.coverage), std::nullopt);
    }

    void withoutDecisionsNothingAgreesOrDiffers() {
        Comparison c = comparisonWith(Verdict::CannotTellYet);
        c.noDecisions = true;
        c.agreement = 0;
        const QString said = wordsOf(c).because + verdictExplanation(c);
        QVERIFY2(said.contains(u"no decisions declared"_s, Qt::CaseInsensitive), qPrintable(said));
        QVERIFY2(!said.contains(u"pairs agree"_s) && !said.contains(u"McNemar"_s), qPrintable(said));
        QVERIFY2(!said.contains(u"differs from"_s), qPrintable(said));
    }

    void flipsAreOneSidedOnlyBeyondChance() {
        Comparison c = comparisonWith(Verdict::Different);
        c.flipEvidence = 1.0; // below 1/alpha
        QVERIFY(flipText(c).contains(u"Not one-sided"_s));
        QVERIFY(!wordsOf(c).because.contains(u"Mostly"_s));
        c.flipEvidence = 1.31;
        QVERIFY(flipText(c).contains(u"One-sided beyond chance"_s));
        QVERIFY2(wordsOf(c).because.contains(u"Mostly v"_s), qPrintable(wordsOf(c).because));
    }

    void explanationNamesRuleFormulasAndNumbers() {
        const QString why = verdictExplanation(comparisonWith(Verdict::Different));
        for (const QString& part :
             {u"beta-binomial"_s, u"McNemar"_s, u"α = 0.05"_s, u"margin 0.5"_s, u"Valid however often you look"_s}) {
            QVERIFY2(why.contains(part), qPrintable(part));
        }
    }

    void sharesKeepWhatMatters_data() {
        QTest::addColumn<double>("share");
        QTest::addColumn<QString>("text");
        QTest::newRow("none") << 0.0 << u"0"_s;
        QTest::newRow("all") << 1.0 << u"100"_s;
        QTest::newRow("some") << 0.039 << u"3.9"_s;
        QTest::newRow("nearly all is not all") << 0.9996 << u"99.960"_s;
        QTest::newRow("nearly none is not none") << 0.0004 << u"0.040"_s;
        QTest::newRow("half") << 0.5 << u"50.0"_s;
    }
    void sharesKeepWhatMatters() {
        QFETCH(double, share);
        QFETCH(QString, text);
        QCOMPARE(shareNumber(share), text);
    }

    void latenciesHaveTwoDigitsAndAUnit() {
        QCOMPARE(latencyText(0.00042), u"420\u00A0µs"_s);
        QCOMPARE(latencyText(0.0041), u"4.1\u00A0ms"_s);
        QCOMPARE(latencyText(1.52), u"1.5\u00A0s"_s);
        QCOMPARE(latencyText(0.0123), u"12\u00A0ms"_s);
    }

    void payloadThatDoesNotFitItsShapeIsNotRead() {
        Tensor tensor{"x", DataType::Fp32, {1, 4}, Bytes(8)};
        QCOMPARE(tensorText(tensor), u"?"_s);
        tensor.shape = {1, 2};
        QCOMPARE(tensorText(tensor), u"0, 0"_s);
        // A byte string whose length runs past the end.
        const Tensor text{"t", DataType::ByteString, {1}, Bytes{255, 0, 0, 0, 'a'}};
        QVERIFY(!tensorText(text).contains(u'a'));
    }
};

QTEST_GUILESS_MAIN(ComparisonWordsTest)
#include "comparison_words_test.moc"
