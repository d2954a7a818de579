// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "ui/models/audit_finding.h"

class QLabel;

namespace gnomon::ui {

// A finding with its shape and words, on a ground of its own where it is an alarm.
class FindingLabel final : public QWidget {
    Q_OBJECT
public:
    explicit FindingLabel(QWidget* parent = nullptr);

    void setFinding(Finding finding, const QString& text);
    QString text() const;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    Finding m_finding = Finding::NotChecked;
    QLabel* m_text;
};

} // namespace gnomon::ui
