// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>
#include <QWidget>

#include "backend/domain/audit.h"

class QCheckBox;
class QComboBox;
class QLineEdit;

namespace gnomon::ui {

class TextLabel;

// Who, what, when, on what, with which result, in which words. Applies itself a moment after the last key.
class AuditFilterBar final : public QWidget {
    Q_OBJECT
public:
    explicit AuditFilterBar(QWidget* parent = nullptr);

    // now: what "last hour" counts from.
    AuditFilter filter(WallTime now) const;
    bool isEmpty() const;
    void clear();
    void setCount(const QString& text);

    QByteArray saveState() const;
    void restoreState(const QByteArray& state);

Q_SIGNALS:
    void changed();

private:
    QLineEdit* addField(const QString& name, const QString& title, double width);

    QLineEdit* m_who;
    QLineEdit* m_what;
    QLineEdit* m_object;
    QLineEdit* m_words;
    QComboBox* m_result;
    QComboBox* m_when;
    QCheckBox* m_humans;
    TextLabel* m_count;
    QTimer m_settle;
};

} // namespace gnomon::ui
