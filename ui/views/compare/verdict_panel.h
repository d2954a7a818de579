// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

#include "backend/domain/comparison.h"
#include "ui/models/comparison_words.h"
#include "ui/models/shadow_words.h"

class QLabel;
class QPushButton;

namespace gnomon::ui {

class ReasonList;

// The verdict in words: what was found, what to do, why, and what cannot be known; with the buttons that do it. Greyed
// and dated while it is stale.
class VerdictPanel final : public QFrame {
    Q_OBJECT
public:
    explicit VerdictPanel(QWidget* parent = nullptr);

    void setComparison(const Comparison& comparison, const Background& background);
    // What the endpoint does now, which may be newer than what was compared.
    void setDeployment(const Comparison& comparison, const Deployment& now);
    // Somebody has seen the call to action and keeps watching: it is not made again. The verdict stays.
    void setWatching(bool watching);
    // Hides what would change the node.
    void setReadOnly(bool readOnly);
    const VerdictWords& words() const { return m_words; }
    const Uncompared& uncompared() const { return m_uncompared; }
    // asOf: the time of what is shown; empty when it is live.
    void setStale(const QString& asOf);
    // Everything that it says, for screen readers and copying.
    QString text() const;

Q_SIGNALS:
    void whyRequested();
    void topRequestsRequested();
    void newExperimentRequested();
    void stopShadowRequested();
    void changeRequested(gnomon::ChangeKind kind); // of the mode: fall back, or the way out of it
    void rollBackRequested();
    void watchingChanged(bool watching); // by a person

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void arrange();
    void showWords();
    void recolor();
    bool calm() const;

    VerdictWords m_words;
    Uncompared m_uncompared;
    ChangeKind m_modeChange = ChangeKind::Fallback;
    QString m_asOf;
    bool m_readOnly = false;
    QLabel* m_headline;
    QLabel* m_action;
    QLabel* m_because;
    QLabel* m_grounds;
    QLabel* m_caveat;
    QLabel* m_others;
    QPushButton* m_stop;
    QLabel* m_basis;
    ReasonList* m_reasons;
    QPushButton* m_why;
    QPushButton* m_rollBack;
    QPushButton* m_watch;
    QPushButton* m_top;
    QPushButton* m_experiment;
    QPushButton* m_fallback;
};

} // namespace gnomon::ui
