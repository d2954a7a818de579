// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include "tests/support/console_session.h"
#include "ui/models/exchange_model.h"
#include "ui/models/exchange_pair.h"
#include "ui/models/exchange_words.h"
#include "ui/models/transition_model.h"

#include <random>

using namespace gnomon;
using namespace gnomon::ui;
using namespace Qt::StringLiterals;

namespace {

const EndpointName kSpam{"spam-filter"};
constexpr auto kFatal = QAbstractItemModelTester::FailureReportingMode::Fatal;

ExchangeFilter filterFor(std::size_t pageSize = 100) {
    ExchangeFilter filter;
    filter.endpoint = kSpam;
    filter.pageSize = pageSize;
    filter.mostDisagreeingFirst = true;
    return filter;
}

// Reaches the merge that all paged tables share.
class NumberTable final : public EvidenceTable {
public:
    std::vector<std::pair<int, int>> rows; // key, value
    void become(std::vector<std::pair<int, int>> fresh) {
        merge(rows, std::move(fresh), [](const auto& row) { return row.first; });
    }
    int rowCount(const QModelIndex& parent = {}) const override {
        return parent.isValid() ? 0 : static_cast<int>(rows.size());
    }
    int columnCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : 1; }
    QVariant data(const QModelIndex& index, int role) const override {
        return role == Qt::DisplayRole ? QVariant(rows[static_cast<std::size_t>(index.row())].second) : QVariant();
    }

private:
    bool hasMore() const override { return false; }
    void requestMore() override {}
};

} // namespace

class ComparisonTablesTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<test::ConsoleSession> m_console;

private Q_SLOTS:
    void init() { m_console = std::make_unique<test::ConsoleSession>(); }
    void cleanup() { m_console.reset(); }

    void matrixCountsEveryPairOnce() {
        TransitionModel model;
        const QAbstractItemModelTester tester(&model, kFatal);
        model.setTransitions({{"ham", "spam", 30}, {"ham", "ham", 60}, {"spam", "spam", 10}});
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(model.columnCount(), 2);
        QCOMPARE(model.total(), 100U);
        QCOMPARE(model.index(0, 1).data(TransitionModel::CountRole).toULongLong(), 30U);
        QCOMPARE(model.index(0, 1).data(TransitionModel::ShareRole).toDouble(), 0.3);
        QCOMPARE(model.index(1, 0).data().toString(), u"0"_s);
        QVERIFY(model.index(0, 0).data(TransitionModel::AgreesRole).toBool());
        QVERIFY(!model.index(0, 1).data(TransitionModel::AgreesRole).toBool());
    }

    void matrixKeepsItsCellsWhenOnlyNumbersChange() {
        TransitionModel model;
        model.setTransitions({{"ham", "spam", 1}, {"spam", "spam", 2}});
        const QPersistentModelIndex cell = model.index(0, 1);
        const QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
        model.setTransitions({{"ham", "spam", 5}, {"spam", "spam", 2}});
        QCOMPARE(resets.count(), 0);
        QCOMPARE(cell.data(TransitionModel::CountRole).toULongLong(), 5U);
    }

    void requestsComeInPages() {
        ExchangeModel model;
        const QAbstractItemModelTester tester(&model, kFatal);
        model.setQuery(&m_console->session(), filterFor(100));
        QTRY_COMPARE(model.rowCount(), 100);
        QVERIFY(model.canFetchMore({}));
        model.fetchMore({});
        QTRY_COMPARE(model.rowCount(), 200);
        model.fetchMore({});
        QTRY_COMPARE(model.rowCount(), 240);
        QVERIFY(!model.canFetchMore({}));
    }

    void mostDisagreeingComesFirst() {
        ExchangeModel model;
        model.setQuery(&m_console->session(), filterFor());
        QTRY_COMPARE(model.rowCount(), 100);
        for (int row = 1; row < model.rowCount(); ++row) {
            QVERIFY(scoreGap(*model.at(row - 1)).value() >= scoreGap(*model.at(row)).value());
        }
    }

    void rowsStayWhileTheyAreReadAnewAndWhenThatFails() {
        ExchangeModel model;
        model.setQuery(&m_console->session(), filterFor());
        QTRY_COMPARE(model.rowCount(), 100);
        const QPersistentModelIndex third = model.index(3, 0);
        m_console->node->failNext({ErrorCode::Unavailable, "the line is dead"});
        model.refresh();
        QCOMPARE(model.rowCount(), 100);
        QTRY_COMPARE(model.load(), EvidenceTable::Load::Failed);
        QCOMPARE(model.rowCount(), 100);
        QCOMPARE(model.error()->message, std::string("the line is dead"));
        model.refresh();
        QTRY_COMPARE(model.load(), EvidenceTable::Load::Ready);
        QVERIFY(third.isValid());
    }

    void answerOfAnOlderQuestionIsDropped() {
        ExchangeModel model;
        m_console->node->hold();
        model.setQuery(&m_console->session(), filterFor(10));
        model.setQuery(&m_console->session(), filterFor(20));
        QTRY_COMPARE(m_console->node->held(), 2U);
        m_console->node->releaseAll();
        QTRY_COMPARE(model.load(), EvidenceTable::Load::Ready);
        QCOMPARE(model.rowCount(), 20);
    }

    // Any list becomes any other by exact signals, and what stays in both keeps its index.
    void mergeKeepsWhatStays() {
        std::mt19937 random(11);
        NumberTable table;
        const QAbstractItemModelTester tester(&table, kFatal);
        for (int round = 0; round < 300; ++round) {
            std::vector<std::pair<int, int>> fresh;
            for (int key = 0; key < 12; ++key) {
                if (random() % 3 != 0) {
                    fresh.emplace_back(key, static_cast<int>(random() % 3));
                }
            }
            std::shuffle(fresh.begin(), fresh.end(), random);
            std::map<int, QPersistentModelIndex> before;
            for (std::size_t i = 0; i < table.rows.size(); ++i) {
                before.emplace(table.rows[i].first, table.index(static_cast<int>(i), 0));
            }
            table.become(fresh);
            QCOMPARE(table.rows, fresh);
            for (std::size_t i = 0; i < fresh.size(); ++i) {
                if (before.contains(fresh[i].first)) {
                    QCOMPARE(before[fresh[i].first].row(), static_cast<int>(i));
                }
            }
        }
    }

    void pairShowsBothSidesAndMarksWhatDiffers() {
        ExchangeModel list;
        list.setQuery(&m_console->session(), filterFor());
        QTRY_COMPARE(list.rowCount(), 100);
        ExchangePairModel pair;
        const QAbstractItemModelTester tester(&pair, kFatal);
        const Request request =
            m_console->session().getExchange(list.at(0)->id, [&](const Result<port::ExchangeDetail>& detail) {
                QVERIFY(detail.ok());
                pair.setDetail(*detail);
            });
        QTRY_VERIFY(pair.rowCount() > 0);
        QCOMPARE(pair.headerData(1, Qt::Horizontal, Qt::DisplayRole).toString(), u"Production v1"_s);
        QCOMPARE(pair.headerData(2, Qt::Horizontal, Qt::DisplayRole).toString(), u"Shadow v2"_s);
        QVERIFY(pair.index(0, 0).data(ExchangePairModel::DiffersRole).toBool()); // the decision
        bool inputs = false;
        for (int row = 0; row < pair.rowCount(); ++row) {
            const QModelIndex index = pair.index(row, 0);
            if (index.data().toString() == u"features"_s) {
                inputs = true;
                QVERIFY(index.data(ExchangePairModel::SharedRole).toBool());
                QVERIFY(!index.data(ExchangePairModel::DiffersRole).toBool());
            }
            if (index.data().toString() == u"Latency"_s) {
                QVERIFY(!index.data(ExchangePairModel::DiffersRole).toBool());
            }
        }
        QVERIFY(inputs);
        QVERIFY(pair.asText().contains(u"features\t"_s));
    }

    void versionThatFailedSaysSoInsteadOfADecision() {
        Leg leg;
        leg.outcome = LegOutcome::Late;
        leg.decision = "spam";
        QCOMPARE(decisionText(&leg), u"late"_s);
        QCOMPARE(decisionText(nullptr), u"–"_s);
        Exchange exchange;
        exchange.legs = {leg};
        QCOMPARE(scoreGap(exchange), std::nullopt);
        QVERIFY(!decisionsDiffer(exchange));
    }
};

QTEST_GUILESS_MAIN(ComparisonTablesTest)
#include "comparison_tables_test.moc"
