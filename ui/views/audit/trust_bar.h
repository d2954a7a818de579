// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QTimeZone>

#include "ui/models/audit_checker.h"
#include "ui/models/audit_witness.h"

class QLabel;
class QPushButton;

namespace gnomon::ui {

class FactBar;

// The line of trust: what this console proved about the log by itself, or what is wrong with it.
class TrustBar final : public QFrame {
    Q_OBJECT
public:
    explicit TrustBar(QWidget* parent = nullptr);

    // falseRecord: a record that was found to be false, with why; it outweighs a good checkpoint. shown: how large the
    // log is of which records are shown.
    void showTrust(const LogTrust& trust, const std::optional<Seq>& falseRecord, const QString& why,
                   std::uint64_t shown, const QTimeZone& zone);
    Finding finding() const { return m_finding; }

Q_SIGNALS:
    void verifyRequested();
    void exportRequested();
    void dismissRequested(); // somebody has looked into the alarm

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    Finding m_finding = Finding::NotChecked;
    QLabel* m_headline;
    QLabel* m_consequence;
    FactBar* m_facts;
    QPushButton* m_dismiss;
    QPushButton* m_verify;
    QPushButton* m_export;
};

} // namespace gnomon::ui
