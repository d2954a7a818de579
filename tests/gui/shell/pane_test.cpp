// SPDX-License-Identifier: GPL-3.0-or-later
#include <QClipboard>
#include <QGuiApplication>
#include <QLabel>
#include <QPushButton>
#include <QStandardItemModel>
#include <QTest>

#include "ui/widgets/data_table.h"
#include "ui/widgets/pane_overlay.h"
#include "ui/widgets/state_pane.h"
#include "ui/widgets/theme.h"

using namespace gnomon::ui;
using namespace Qt::StringLiterals;

class PaneTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void shortLoadingIsNotShown() {
        StatePane pane(new QLabel(u"content"_s));
        pane.show();
        pane.setLive();
        pane.setLoading(u"Loading"_s);
        QVERIFY(pane.findChild<PaneOverlay*>()->look() == PaneOverlay::Look::None);
        pane.setLive();
        QTest::qWait(250);
        QVERIFY(pane.findChild<PaneOverlay*>()->look() == PaneOverlay::Look::None);
        QVERIFY(pane.content()->isVisible());
    }

    void longLoadingDimsWhatIsThere() {
        StatePane pane(new QLabel(u"content"_s));
        pane.show();
        pane.setLive();
        pane.setLoading(u"Loading"_s);
        QTRY_VERIFY(pane.findChild<PaneOverlay*>()->look() == PaneOverlay::Look::Dimmed);
        QVERIFY(pane.content()->isVisible());
    }

    void firstLoadingShowsItsWords() {
        StatePane pane(new QLabel(u"content"_s));
        pane.show();
        pane.setLoading(u"Loading 2 of 14 nodes"_s);
        QTRY_COMPARE(pane.stateText(), u"Loading 2 of 14 nodes"_s);
        QVERIFY(!pane.content()->isVisible());
    }

    void staleKeepsTheContentAndSaysItsAge() {
        StatePane pane(new QLabel(u"content"_s));
        pane.show();
        pane.setLive();
        pane.setStale(u"Last heard 41 s ago."_s);
        QVERIFY(pane.content()->isVisible());
        QCOMPARE(pane.stateText(), u"Last heard 41 s ago."_s);
        QVERIFY(pane.findChild<PaneOverlay*>()->look() == PaneOverlay::Look::Hatched);
    }

    void bannerFollowsTheTheme() {
        Theme theme(*qApp);
        theme.setChoice(ThemeChoice::Light);
        StatePane pane(new QLabel(u"content"_s));
        pane.show();
        pane.setLive();
        pane.setStale(u"Last heard 41 s ago."_s);
        const auto* text = pane.findChild<QLabel*>(u"stateBannerText"_s);
        for (const ThemeChoice choice : {ThemeChoice::Dark, ThemeChoice::Light}) {
            theme.setChoice(choice);
            QTRY_COMPARE(text->palette().color(QPalette::Window), groundColor(colorsOf(pane.palette()), Tone::Stale));
            QCOMPARE(text->palette().color(QPalette::WindowText), pane.palette().color(QPalette::WindowText));
        }
    }

    void errorWithoutContentTakesThePaneAndCopiesItsDetails() {
        StatePane pane(new QLabel(u"content"_s));
        pane.show();
        int retries = 0;
        pane.setError({u"Cause."_s, u"Effect."_s, u"Remedy."_s, u"INTERNAL: cause"_s},
                      {u"Retry"_s, [&] { ++retries; }});
        QVERIFY(!pane.content()->isVisible());
        QVERIFY(pane.stateText().contains(u"Remedy."_s));
        pane.findChild<QPushButton*>(u"stateCopy"_s)->click();
        QCOMPARE(QGuiApplication::clipboard()->text(), u"INTERNAL: cause"_s);
        pane.findChild<QPushButton*>(u"stateAction"_s)->click();
        QCOMPARE(retries, 1);
    }

    void errorOverContentKeepsIt() {
        StatePane pane(new QLabel(u"content"_s));
        pane.show();
        pane.setLive();
        pane.setError({u"Cause."_s, {}, {}, {}});
        QVERIFY(pane.content()->isVisible());
        QVERIFY(pane.stateText().contains(u"Cause."_s));
    }

    void sentenceWrapsInANarrowPane() {
        StatePane pane(new QLabel(u"content"_s));
        pane.setEmpty(u"connect"_s, u"No connection yet. Add a node, or start the practice node with “./run demo”."_s,
                      {u"Add"_s, [] {}});
        const int narrow = pane.fontMetrics().horizontalAdvance(u'x') * 30;
        QVERIFY(pane.minimumSizeHint().width() < narrow);
        pane.resize(narrow, 500);
        pane.show();
        const auto* text = pane.findChild<QLabel*>(u"stateText"_s);
        const QRect place(text->mapTo(&pane, QPoint(0, 0)), text->size());
        QVERIFY2(pane.rect().contains(place), qPrintable(QString::number(place.width())));
        QVERIFY(text->height() >= text->heightForWidth(text->width()));
        pane.resize(narrow * 3, 500);
        QVERIFY(text->width() > narrow);
    }

    void selectedRowsAreCopiedAsATable() {
        QStandardItemModel model(2, 2);
        model.setHorizontalHeaderLabels({u"Name"_s, u"Rate"_s});
        model.setItem(0, 0, new QStandardItem(u"a\tb"_s));
        model.setItem(0, 1, new QStandardItem(u"1"_s));
        DataTable table;
        table.setModel(&model);
        table.selectRow(0);
        QTest::keyClick(&table, Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(QGuiApplication::clipboard()->text(), u"Name\tRate\na b\t1\n"_s);
    }
};

QTEST_MAIN(PaneTest)
#include "pane_test.moc"
