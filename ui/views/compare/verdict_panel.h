// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

#include "backend/domain/comparison.h"
#include "ui/models/comparison_words.h"

#include <QTimeZone>

class QLabel;
class QPushButton;

namespace gnomon::ui {

class ReasonList;

// The verdict in words: what was found, what to do, why, and what cannot be known. Greyed and dated while it is stale.
class VerdictPanel final : public QFrame {
    Q_OBJECT
public:
    explicit VerdictPanel(QWidget* parent = nullptr);

    void setComparison(const Comparison& comparison, const QTimeZone& zone);
    // asOf: the time of what is shown; empty when it is live.
    void setStale(const QString& asOf);
    // Everything that it says, for screen readers and copying.
    QString text() const;

Q_SIGNALS:
    void whyRequested();
    void topRequestsRequested();
    void newExperimentRequested();
    void fallbackRequested();

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void recolor();

    VerdictWords m_words;
    QString m_asOf;
    QLabel* m_headline;
    QLabel* m_action;
    QLabel* m_because;
    QLabel* m_caveat;
    QLabel* m_basis;
    ReasonList* m_reasons;
    QPushButton* m_why;
    QPushButton* m_top;
    QPushButton* m_experiment;
    QPushButton* m_fallback;
};

} // namespace gnomon::ui
