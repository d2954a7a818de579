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

// Who, what, when, on which object, with which result, in which words, by humans only; and without the
// readings of this trail and of payloads, which every look at it adds to.
class AuditFilterBar final : public QWidget {
    Q_OBJECT
public:
    explicit AuditFilterBar(QWidget* parent = nullptr);

    // now: what "last hour" counts back from.
    AuditFilter filter(WallTime now) const;
    bool isEmpty() const; // nothing is asked for; hiding readings does not count
    bool hidesReadings() const;
    void clear();
    void setEndpoints(const QStringList& names);
    // Adds people that were seen, as suggestions.
    void suggestPeople(const QStringList& people);

    QByteArray save() const;
    void restore(const QByteArray& state);

Q_SIGNALS:
    void changed();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

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
    QCheckBox* m_readings;
    QPushButton* m_clear;
    QTimer m_typing;
    bool m_quiet = false;
};

} // namespace gnomon::ui
