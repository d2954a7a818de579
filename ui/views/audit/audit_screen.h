// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointer>
#include <QTimer>

#include "ui/models/audit_exporter.h"
#include "ui/models/audit_model.h"
#include "ui/models/audit_witness.h"
#include "ui/views/shell/screen.h"

class QPushButton;

namespace gnomon::ui {

class AuditDetailPane;
class AuditFilterBar;
class DataTable;
class StatePane;
class TextLabel;
class TrustBar;

// The audit trail of the selected node, proved in this console. Sees to it that every connected node's log is
// witnessed, whether the screen is open or not.
class AuditScreen final : public Screen {
    Q_OBJECT
public:
    explicit AuditScreen(const ConsoleContext& context, QWidget* parent = nullptr);

    void refresh() override;
    void focusFilter() override;
    bool closeTopLayer() override;
    QList<Command> commands() override;
    QList<KeyHelp> keys() const override;
    QByteArray saveState() const override;
    void restoreState(const QByteArray& state) override;

    void openExport();

protected:
    void showEvent(QShowEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void build();
    void connectParts();
    void follow();
    void followSession(NodeSession* session);
    void query();
    void showState();
    void showTrust();
    void showNewer();
    void showRecord();
    void offerNewest();
    void proveVisible();
    void verifyAgain();
    void dismissAlarm();
    void goTo(Seq seq);
    void startExport(const QString& path);
    QString suggestedPath() const;

    QPointer<NodeSession> m_session;
    QPointer<LogWitness> m_witness;
    QTimer m_proving;
    std::optional<Seq> m_wanted;  // a related record that was asked for and is not in the window
    std::optional<Seq> m_offered; // selected by itself, not by a person
    AuditModel* m_model;
    AuditExporter* m_exporter;
    TrustBar* m_trust;
    AuditFilterBar* m_filters;
    TextLabel* m_count;
    QPushButton* m_newer;
    DataTable* m_table;
    AuditDetailPane* m_detail;
    StatePane* m_pane;
};

ScreenEntry auditScreen();

} // namespace gnomon::ui
