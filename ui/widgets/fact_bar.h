// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QString>
#include <QWidget>

namespace gnomon::ui {

struct Fact {
    QString name;  // "Coverage"
    QString value; // "99.3 %"
    QString details;

    bool operator==(const Fact&) const = default;
};

// Facts side by side on one line: a quiet name and a plain value each. Those that do not fit are left out from the
// end; all of them are in the tooltip and for screen readers.
class FactBar final : public QWidget {
    Q_OBJECT
public:
    explicit FactBar(QWidget* parent = nullptr);

    void setFacts(const QList<Fact>& facts);
    QString text() const;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    QFont valueFont() const;
    int widthOf(const Fact& fact) const;
    int gap() const;

    QList<Fact> m_facts;
};

} // namespace gnomon::ui
