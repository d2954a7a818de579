// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "tests/support/fake_node_data.h"
#include "ui/models/failure.h"
#include "ui/models/format.h"
#include "ui/models/fuzzy.h"
#include "ui/models/severity.h"

using namespace gnomon;
using namespace gnomon::ui;
using namespace std::chrono_literals;

class WordsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void timesOfANodeReadAsEverywhere() {
        QCOMPARE(sentenceOf("endpoint 'a' is in FALLBACK already, since 2026-11-23T07:41:16.767Z by ada"),
                 QStringLiteral("Endpoint 'a' is in FALLBACK already, since 2026-11-23 07:41:16 UTC by ada."));
        QCOMPARE(sentenceOf("v3 was never production"), QStringLiteral("v3 was never production."));
        QCOMPARE(sentenceOf("at 2026-11-23T07:41:16Z"), QStringLiteral("At 2026-11-23 07:41:16 UTC."));
    }

    void durationsAreShortAndHonest_data() {
        QTest::addColumn<qint64>("milliseconds");
        QTest::addColumn<QString>("text");
        QTest::newRow("none") << qint64(0) << QStringLiteral("0.0 s");
        QTest::newRow("tenths") << qint64(449) << QStringLiteral("0.4 s");
        QTest::newRow("seconds") << qint64(41900) << QStringLiteral("41 s");
        QTest::newRow("minutes") << qint64(185000) << QStringLiteral("3 min");
        QTest::newRow("hours") << qint64(3 * 3600 * 1000) << QStringLiteral("3 h");
        QTest::newRow("days") << qint64(5) * 24 * 3600 * 1000 << QStringLiteral("5 d");
    }
    void durationsAreShortAndHonest() {
        QFETCH(const qint64, milliseconds);
        QTEST(durationText(std::chrono::milliseconds(milliseconds)), "text");
    }

    void aRateIsOnlyZeroWhenThereWasNone() {
        QCOMPARE(rateText(0), QStringLiteral("0/s"));
        QCOMPARE(rateText(0.02), QStringLiteral("0.02/s"));
        QCOMPARE(rateText(38.71), QStringLiteral("38.7/s"));
        QCOMPARE(rateText(412.3), QStringLiteral("412/s"));
    }

    void peersCannotForgeASentence() {
        const QString text = sentenceOf("bad\n\x1b[31mALL IS WELL\xe2\x80\xaegnp");
        QVERIFY(!text.contains(u'\n'));
        QVERIFY(!text.contains(QChar(0x1b)));
        QVERIFY(!text.contains(QChar(0x202e)));
    }

    void fuzzyFindsByTheBeginningsOfWords() {
        QVERIFY(!fuzzyScore(QStringLiteral("xyz"), QStringLiteral("Go to Fleet")));
        const auto score = [](const char* pattern, const char* text) {
            return fuzzyScore(QString::fromLatin1(pattern), QString::fromLatin1(text)).value_or(-100000);
        };
        QVERIFY(score("fb spam", "Fall back spam-filter on eu-1") > score("fb spam", "Go to Fleet, be a spam man"));
        QVERIFY(score("fleet", "Go to Fleet") > score("fleet", "Fall back credit-approval on eu-3 tomorrow"));
        QVERIFY(score("aaaaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa") > -100000);
        QCOMPARE(fuzzyScore(QString(), QStringLiteral("anything")), std::optional(0));
    }

    void substitutionsOutrankTheVerdict() {
        EndpointSnapshot snapshot = test::fakeEndpoints(WallTime()).back().snapshot; // equivalent shadow: calm
        QVERIFY(judge(snapshot, {}, {}, RowState::Live).tone == CellTone::Calm);
        snapshot.substitutionShare = 0.01;
        QVERIFY(judge(snapshot, {}, {}, RowState::Live).tone == CellTone::Watch);
        snapshot.substitutionShare = 0.2;
        QVERIFY(judge(snapshot, {}, {}, RowState::Live).tone == CellTone::Act);
    }

    void noTrafficIsNotHealth() {
        EndpointSnapshot snapshot = test::fakeEndpoints(WallTime()).back().snapshot;
        snapshot.generation.deployment.shadows.clear();
        snapshot.comparison.reset();
        QVERIFY(judge(snapshot, {}, {}, RowState::Live).tone == CellTone::Calm);
        snapshot.requests = 0;
        QVERIFY(judge(snapshot, {}, {}, RowState::Live).tone == CellTone::Open);
    }
};

QTEST_GUILESS_MAIN(WordsTest)
#include "words_test.moc"
