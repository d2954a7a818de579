// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>
#include <QWidget>

#include "backend/base/clock.h"
#include "backend/domain/audit.h"

class QCheckBox;
class QComboBox;
class QLineEdit;
class QPushButton;
class QStringListModel;

namespace gnomon::ui {

// Who, what, when, on which object, with which result, in which words, by humans only.
class AuditFilterBar final : public QWidget {
    Q_OBJECT
public:
    explicit AuditFilterBar(QWidget* parent = nullptr);

    // now: what "last hour" counts back from.
    AuditFilter filter(WallTime now) const;
    bool isEmpty() const;
    void clear();
    void setEndpoints(const QStringList& names);
    // Adds people that were seen, as suggestions.
    void suggestPeople(const QStringList& people);

    QByteArray save() const;
    void restore(const QByteArray& state);

Q_SIGNALS:
    void changed();

private:
    QComboBox* makeBox(const QString& name, const QString& label);

    QLineEdit* m_who;
    QComboBox* m_what;
    QComboBox* m_object;
    QComboBox* m_when;
    QComboBox* m_result;
    QLineEdit* m_words;
    QStringListModel* m_people; // suggestions
    QCheckBox* m_humans;
    QPushButton* m_clear;
    QTimer m_typing;
    bool m_quiet = false;
};

} // namespace gnomon::ui
