// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QItemSelectionModel>
#include <QSignalSpy>
#include <QTest>

#include "ui/models/merging_model.h"

#include <algorithm>
#include <random>

using namespace gnomon::ui;

namespace {

struct Row {
    int key = 0;
    int value = 0;
    bool operator==(const Row&) const = default;
};

class RowTable final : public LiveTable<Row> {
public:
    void set(std::vector<Row> rows) {
        setRows(std::move(rows), [](const Row& row) { return row.key; });
    }

protected:
    int columns() const override { return 2; }
    QVariant cell(const Row& row, int column, int role) const override {
        return role == Qt::DisplayRole ? QVariant(column == 0 ? row.key : row.value) : QVariant();
    }
    QVariant heading(int column) const override { return column; }
};

QList<QPair<int, int>> contents(const RowTable& table) {
    QList<QPair<int, int>> rows;
    for (int i = 0; i < table.rowCount(); ++i) {
        rows.append({table.index(i, 0).data().toInt(), table.index(i, 1).data().toInt()});
    }
    return rows;
}

} // namespace

class MergingModelTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    // Any list may follow any other: the model always ends up equal to it, its signals always add up (the tester
    // checks each), and whatever is selected stays selected for as long as its key is there.
    void anyListMayFollowAnyOther() {
        for (unsigned seed = 0; seed < 60; ++seed) {
            std::mt19937 random(seed);
            RowTable table;
            const QAbstractItemModelTester tester(&table, QAbstractItemModelTester::FailureReportingMode::QtTest);
            QItemSelectionModel selection(&table);
            int chosen = -1;
            for (int step = 0; step < 30; ++step) {
                std::vector<Row> rows;
                for (int key = 0; key < 24; ++key) {
                    if (random() % 3 != 0) {
                        rows.push_back({key, static_cast<int>(random() % 4)});
                    }
                }
                std::ranges::shuffle(rows, random);
                table.set(rows);
                QCOMPARE(table.rowCount(), static_cast<int>(rows.size()));
                const auto shown = contents(table);
                for (std::size_t i = 0; i < rows.size(); ++i) {
                    QCOMPARE(shown[static_cast<qsizetype>(i)], qMakePair(rows[i].key, rows[i].value));
                }
                const bool there = std::ranges::any_of(rows, [&](const Row& row) { return row.key == chosen; });
                if (there) {
                    QCOMPARE(selection.currentIndex().siblingAtColumn(0).data().toInt(), chosen);
                } else if (!rows.empty()) {
                    const int row = static_cast<int>(random() % rows.size());
                    selection.setCurrentIndex(table.index(row, 0), QItemSelectionModel::ClearAndSelect);
                    chosen = rows[static_cast<std::size_t>(row)].key;
                }
            }
        }
    }

    void nothingIsSignalledWhenNothingDiffers() {
        RowTable table;
        table.set({{1, 10}, {2, 20}});
        const QSignalSpy changed(&table, &QAbstractItemModel::dataChanged);
        const QSignalSpy inserted(&table, &QAbstractItemModel::rowsInserted);
        const QSignalSpy removed(&table, &QAbstractItemModel::rowsRemoved);
        table.set({{1, 10}, {2, 20}});
        QCOMPARE(changed.size() + inserted.size() + removed.size(), 0);
    }

    void onlyTheRowThatDiffersIsSignalled() {
        RowTable table;
        table.set({{1, 10}, {2, 20}, {3, 30}});
        const QSignalSpy changed(&table, &QAbstractItemModel::dataChanged);
        table.set({{1, 10}, {2, 21}, {3, 30}});
        QCOMPARE(changed.size(), 1);
        QCOMPARE(changed[0][0].toModelIndex().row(), 1);
        QCOMPARE(changed[0][1].toModelIndex().row(), 1);
    }

    void anIndexOfAnotherModelIsNoRow() {
        RowTable table;
        RowTable other;
        table.set({{1, 10}});
        other.set({{2, 20}});
        QVERIFY(table.rowAt(other.index(0, 0)) == nullptr);
        QVERIFY(table.rowAt(QModelIndex()) == nullptr);
        QCOMPARE(table.rowAt(table.index(0, 0))->key, 1);
    }
};

QTEST_GUILESS_MAIN(MergingModelTest)
#include "merging_model_test.moc"
