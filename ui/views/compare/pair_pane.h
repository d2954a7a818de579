// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointer>
#include <QTimeZone>
#include <QWidget>

#include "ui/bridge/node_session.h"
#include "ui/models/exchange_pair.h"

class QLabel;
class QPushButton;

namespace gnomon::ui {

class DataTable;
class FactBar;
class StatePane;

// One request: what was asked and what each version made of it, side by side, with what differs marked.
class PairPane final : public QWidget {
    Q_OBJECT
public:
    explicit PairPane(QWidget* parent = nullptr);

    void setZone(const QTimeZone& zone) { m_zone = zone; }
    void showPair(NodeSession* session, const ExchangeId& id);
    void clear();

private:
    void load();
    void take(const Result<port::ExchangeDetail>& detail);
    void copy();

    QPointer<NodeSession> m_session;
    ExchangeId m_id;
    QTimeZone m_zone = QTimeZone::utc();
    ExchangePairModel* m_model;
    QLabel* m_title;
    FactBar* m_facts;
    QLabel* m_withheld;
    QPushButton* m_copy;
    DataTable* m_table;
    StatePane* m_pane;
    Request m_request;
};

} // namespace gnomon::ui
