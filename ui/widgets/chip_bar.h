// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QString>
#include <QWidget>

class QHBoxLayout;

namespace gnomon::ui {

// The filters in force, each a chip that goes away when it is pressed. Chips are named "<name>.<id>".
class ChipBar final : public QWidget {
    Q_OBJECT
public:
    struct Chip {
        QString id;
        QString text;

        bool operator==(const Chip&) const = default;
    };

    explicit ChipBar(QWidget* parent = nullptr);

    void setChips(const QList<Chip>& chips);
    const QList<Chip>& chips() const { return m_chips; }

Q_SIGNALS:
    void removed(const QString& id);

private:
    QList<Chip> m_chips;
    QHBoxLayout* m_row;
};

} // namespace gnomon::ui
