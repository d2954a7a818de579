// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointer>
#include <QTimeZone>
#include <QWidget>

#include "backend/domain/audit.h"
#include "ui/bridge/node_session.h"
#include "ui/models/audit_checker.h"
#include "ui/models/audit_detail_model.h"

#include <optional>

class QLabel;
class QListWidget;
class QPushButton;

namespace gnomon::ui {

class DataTable;
class FindingLabel;
class StatePane;

// One record in full, whether it was proved here, and the records that belong to it.
class AuditDetailPane final : public QWidget {
    Q_OBJECT
public:
    explicit AuditDetailPane(QWidget* parent = nullptr);

    void setZone(const QTimeZone& zone);
    // proof may be null: not checked yet.
    void showRecord(NodeSession* session, const StoredRecord& stored, const RecordProof* proof);
    void clear();
    std::optional<Seq> shown() const;

Q_SIGNALS:
    void recordRequested(quint64 seq); // a related one

private:
    void fill(const RecordProof* proof);
    void findRelated();
    void showRelated(const std::vector<StoredRecord>& records);
    void copy();

    QPointer<NodeSession> m_session;
    std::optional<StoredRecord> m_stored;
    QTimeZone m_zone = QTimeZone::utc();
    AuditDetailModel* m_model;
    QLabel* m_title;
    QPushButton* m_copy;
    FindingLabel* m_finding;
    DataTable* m_table;
    QLabel* m_relatedTitle;
    QListWidget* m_related;
    StatePane* m_pane;
    Request m_request;
};

} // namespace gnomon::ui
