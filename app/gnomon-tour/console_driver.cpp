// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gnomon-tour/console_driver.h"
#include "ui/widgets/state_badge.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QApplication>
#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QTableView>
#include <QTest>
#include <QTextEdit>
#include <QWindow>

namespace gnomon::app {

using namespace Qt::StringLiterals;

namespace {

QString textOf(const QWidget& widget) {
    if (const auto* label = qobject_cast<const QLabel*>(&widget)) {
        return label->text();
    }
    if (const auto* button = qobject_cast<const QAbstractButton*>(&widget)) {
        return button->text();
    }
    if (const auto* field = qobject_cast<const QLineEdit*>(&widget)) {
        return field->text().isEmpty() ? field->placeholderText() : field->text();
    }
    if (const auto* box = qobject_cast<const QComboBox*>(&widget)) {
        return box->currentText();
    }
    if (const auto* badge = qobject_cast<const ui::StateBadge*>(&widget)) {
        return badge->word();
    }
    if (const auto* text = qobject_cast<const QTextEdit*>(&widget)) {
        return text->toPlainText();
    }
    return widget.accessibleDescription();
}

void appendTable(QStringList& lines, const QAbstractItemView& view) {
    const QAbstractItemModel* model = view.model();
    if (model == nullptr) {
        return;
    }
    for (int row = 0; row < model->rowCount(); ++row) {
        QStringList cells;
        bool visible = false;
        for (int column = 0; column < model->columnCount(); ++column) {
            const QModelIndex index = model->index(row, column);
            visible = visible || view.viewport()->rect().intersects(view.visualRect(index));
            cells.append(index.data(Qt::DisplayRole).toString());
        }
        if (visible) {
            lines.append(u"  "_s + cells.join(u" | "_s));
        }
    }
}

} // namespace

QWidget* ConsoleDriver::find(const QString& name) const {
    for (QWidget* widget : m_window.findChildren<QWidget*>(name)) {
        if (widget->isVisible()) {
            return widget;
        }
    }
    return nullptr;
}

QString ConsoleDriver::text(const QString& name) const {
    const QWidget* widget = find(name);
    if (widget == nullptr) {
        return {};
    }
    const QString own = textOf(*widget);
    return own.isEmpty() ? visibleTexts(*widget) : own;
}

int ConsoleDriver::rows(const QString& name) const {
    const auto* view = qobject_cast<const QAbstractItemView*>(find(name));
    return view == nullptr || view->model() == nullptr ? -1 : view->model()->rowCount();
}

void ConsoleDriver::press(const QKeyCombination& key) {
    QTest::keyClick(m_window.windowHandle(), key.key(), key.keyboardModifiers());
}

void ConsoleDriver::type(const QString& text) {
    for (const QChar letter : text) {
        QTest::keyClick(m_window.windowHandle(), letter.toLatin1());
    }
}

bool ConsoleDriver::waitFor(const std::function<bool()>& condition, int milliseconds) const {
    return QTest::qWaitFor(condition, milliseconds);
}

void ConsoleDriver::pause(int milliseconds) const {
    QTest::qWait(milliseconds);
}

bool ConsoleDriver::runFromPalette(const QString& words) {
    press(Qt::CTRL | Qt::Key_K);
    if (find(u"paletteField"_s) == nullptr) {
        return false;
    }
    type(words);
    // What is offered depends on what the node has told so far.
    const auto offered = [this] {
        const auto* list = qobject_cast<const QAbstractItemView*>(find(u"paletteList"_s));
        return list != nullptr && list->currentIndex().flags().testFlag(Qt::ItemIsEnabled);
    };
    if (!waitFor(offered)) {
        press(Qt::Key_Escape);
        return false;
    }
    press(Qt::Key_Return);
    return find(u"paletteField"_s) == nullptr;
}

QString ConsoleDriver::confirmChange(const QString& reason) {
    if (find(u"changeSheet"_s) == nullptr) {
        return u"no sheet opened"_s;
    }
    type(reason);
    if (!waitFor([this] { return find(u"changeConfirm"_s) != nullptr && find(u"changeConfirm"_s)->isEnabled(); })) {
        return u"the change could not be confirmed: "_s + visibleTexts(m_window);
    }
    press(Qt::CTRL | Qt::Key_Return);
    if (!waitFor([this] { return text(u"proofNode"_s).startsWith(QChar(0x2713)); }, 30000)) {
        return u"the change was not proven: "_s + visibleTexts(m_window);
    }
    return {};
}

void ConsoleDriver::closeSheet() {
    press(Qt::Key_Escape);
}

QString visibleTexts(const QWidget& window) {
    QStringList lines;
    for (const QWidget* widget : window.findChildren<QWidget*>()) {
        if (!widget->isVisible()) {
            continue;
        }
        const QString text = textOf(*widget).simplified();
        if (!text.isEmpty() || !widget->objectName().isEmpty()) {
            lines.append(widget->objectName() + u": "_s + text);
        }
        if (const auto* view = qobject_cast<const QAbstractItemView*>(widget);
            view != nullptr && qobject_cast<const QHeaderView*>(widget) == nullptr) {
            appendTable(lines, *view);
        }
    }
    return lines.join(u'\n') + u'\n';
}

} // namespace gnomon::app
