// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/chart_accessible.h"

#include "ui/widgets/chart_view.h"

#include <QAccessible>
#include <QAccessibleWidget>

namespace gnomon::ui {

namespace {

class AccessibleChart final : public QAccessibleWidget {
public:
    explicit AccessibleChart(ChartView* view) : QAccessibleWidget(view, QAccessible::Chart), m_view(view) {}

    QString text(QAccessible::Text kind) const override {
        if (kind == QAccessible::Value) {
            return m_view->rowText(m_view->cursorRow());
        }
        return QAccessibleWidget::text(kind);
    }
    // The scene's items mean nothing to a listener; the table twin is there for details.
    int childCount() const override { return 0; }
    QAccessibleInterface* child(int) const override { return nullptr; }

private:
    ChartView* m_view;
};

QAccessibleInterface* makeAccessible(const QString&, QObject* object) {
    auto* view = qobject_cast<ChartView*>(object);
    return view == nullptr ? nullptr : new AccessibleChart(view);
}

} // namespace

void installChartAccessibility() {
    QAccessible::installFactory(makeAccessible);
}

} // namespace gnomon::ui
