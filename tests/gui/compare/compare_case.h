// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>
#include <QTableView>
#include <QTest>

#include "tests/support/console_harness.h"
#include "ui/models/exchange_model.h"
#include "ui/views/compare/compare_screen.h"
#include "ui/widgets/state_pane.h"

#include <memory>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

// The compare screen over a fake node, its parts by their names; a new one for each test.
class CompareCase : public QObject {
protected:
    std::unique_ptr<test::ConsoleHarness> m_console;
    std::unique_ptr<CompareScreen> m_screen;

    template <class Widget>
    Widget* find(const QString& name) {
        auto* widget = m_screen->findChild<Widget*>(name);
        Q_ASSERT(widget != nullptr);
        return widget;
    }
    QString text(const QString& name) { return find<QLabel>(name)->text(); }
    StatePane* pane() { return find<StatePane>(u"compareState"_s); }
    QTableView* requests() { return find<QTableView>(u"requestTable"_s); }
    const Exchange& request(int row) { return *qobject_cast<ExchangeModel*>(requests()->model())->at(row); }
    bool waitForRequests() {
        return QTest::qWaitFor(
            [this] { return qobject_cast<ExchangeModel*>(requests()->model())->load() == EvidenceTable::Load::Ready; });
    }
    void key(QWidget* target, int key, Qt::KeyboardModifiers modifiers = {}) {
        target->setFocus();
        QTest::keyClick(target, static_cast<Qt::Key>(key), modifiers);
    }
    void open() {
        m_screen = std::make_unique<CompareScreen>(m_console->context);
        m_screen->resize(1440, 820);
        m_screen->show();
        m_screen->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_screen.get()));
    }
    void openLive() {
        open();
        QTRY_VERIFY(m_screen->comparison().has_value());
        QVERIFY(waitForRequests());
        QTRY_VERIFY(requests()->model()->rowCount() > 0);
    }

    void make() {
        m_console = std::make_unique<test::ConsoleHarness>();
        QVERIFY(m_console->live());
    }
    void end() {
        m_screen.reset();
        m_console.reset();
    }
};

} // namespace gnomon::ui
