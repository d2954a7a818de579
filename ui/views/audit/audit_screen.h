// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/audit_exporter.h"
#include "ui/models/audit_model.h"
#include "ui/models/audit_witness.h"
#include "ui/views/shell/screen.h"

#include <QPointer>

class QPushButton;
class QTextBrowser;

namespace gnomon::ui {

class AuditFilterBar;
class DataTable;
class OverlayLayer;
class StateBadge;
class StatePane;
class TextLabel;

// The audit trail of the selected node: what this console itself proved of it on top, then the records, newest first,
// each checked here, and the chosen one in full.
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

protected:
    void showEvent(QShowEvent* event) override;

private:
    void build();
    QWidget* buildTrust(QWidget* parent);
    QWidget* buildRecords(QWidget* parent);
    void follow(); // another node, or another filter
    void showNow();
    void showTrust();
    void showRecord();
    void proveVisible();
    void openRelated(const QUrl& link);
    void openExport();
    NodeSession* session() const { return context().session(); }

    AuditModel m_model;
    AuditExporter m_exporter;
    QPointer<NodeSession> m_followed;
    QPointer<LogWitness> m_witness;
    std::uint64_t m_headSize = 0; // of the newest heartbeat; more means that there is something new to fetch
    StatePane* m_pane;
    StateBadge* m_trustBadge;
    TextLabel* m_trust;
    QPushButton* m_verify;
    QPushButton* m_export;
    AuditFilterBar* m_filter;
    DataTable* m_table;
    QTextBrowser* m_details;
    OverlayLayer* m_layer;
};

ScreenEntry auditScreen();

} // namespace gnomon::ui
