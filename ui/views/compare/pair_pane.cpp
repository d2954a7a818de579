// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/compare/pair_pane.h"

#include "ui/models/evidence_format.h"
#include "ui/models/exchange_words.h"
#include "ui/models/failure.h"
#include "ui/widgets/cell_delegate.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/fact_bar.h"
#include "ui/widgets/state_pane.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

PairPane::PairPane(QWidget* parent)
    : QWidget(parent), m_model(new ExchangePairModel(this)), m_title(new QLabel(this)), m_facts(nullptr),
      m_withheld(nullptr), m_copy(new QPushButton(tr("Copy"), this)), m_table(nullptr), m_pane(nullptr) {
    setObjectName(u"pairPane"_s);
    auto* body = new QWidget;
    m_facts = new FactBar(body);
    m_facts->setObjectName(u"pairFacts"_s);
    m_withheld = new QLabel(body);
    m_withheld->setObjectName(u"pairWithheld"_s);
    m_withheld->setTextFormat(Qt::PlainText);
    m_withheld->setWordWrap(true);
    m_table = new DataTable(body);
    m_table->setObjectName(u"pairTable"_s);
    m_table->setAccessibleName(tr("Both versions, field by field"));
    m_table->setModel(m_model);
    m_table->setItemDelegate(new CellDelegate(m_table));
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    m_table->horizontalHeader()->setSectionResizeMode(ExchangePairModel::FieldColumn, QHeaderView::ResizeToContents);
    auto* inner = new QVBoxLayout(body);
    inner->setContentsMargins({});
    inner->setSpacing(2);
    inner->addWidget(m_facts);
    inner->addWidget(m_table, 1);
    inner->addWidget(m_withheld);
    m_pane = new StatePane(body, this);
    m_pane->setObjectName(u"pairState"_s);

    m_title->setObjectName(u"pairTitle"_s);
    m_title->setTextFormat(Qt::PlainText);
    QFont bold = m_title->font();
    bold.setWeight(QFont::DemiBold);
    m_title->setFont(bold);
    m_copy->setObjectName(u"pairCopy"_s);
    m_copy->setAccessibleName(tr("Copy the pair"));
    m_copy->setAutoDefault(false);
    auto* head = new QHBoxLayout;
    head->addWidget(m_title);
    head->addStretch();
    head->addWidget(m_copy);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins({});
    column->setSpacing(2);
    column->addLayout(head);
    column->addWidget(m_pane, 1);
    setFocusProxy(m_table);
    connect(m_copy, &QPushButton::clicked, this, &PairPane::copy);
    connect(m_model, &QAbstractItemModel::modelReset, this, [this] {
        m_table->clearSpans();
        for (int row = 0; row < m_model->rowCount(); ++row) {
            if (m_model->index(row, 0).data(HeadingRole).toBool()) {
                m_table->setSpan(row, 0, 1, ExchangePairModel::ColumnCount);
            } else if (m_model->index(row, 0).data(ExchangePairModel::SharedRole).toBool()) {
                m_table->setSpan(row, 1, 1, 2);
            }
        }
    });
    clear();
}

void PairPane::clear() {
    m_request.cancel();
    m_id = {};
    m_model->clear();
    m_title->setText(tr("Pair"));
    m_copy->setEnabled(false);
    m_pane->setEmpty(u"compare"_s, tr("Select a request to see its pair."));
}

void PairPane::showPair(NodeSession* session, const ExchangeId& id) {
    if (session == m_session && id == m_id) {
        return;
    }
    m_session = session;
    m_id = id;
    load();
}

void PairPane::load() {
    if (m_session.isNull()) {
        clear();
        return;
    }
    m_pane->setLoading(tr("Loading the pair"));
    m_request = m_session->getExchange(m_id, [this](const Result<port::ExchangeDetail>& detail) { take(detail); });
}

void PairPane::take(const Result<port::ExchangeDetail>& detail) {
    m_copy->setEnabled(detail.ok());
    if (!detail.ok()) {
        m_pane->forgetContent(); // another request's content must not stand under this one's name
        if (detail.error().code == ErrorCode::PermissionDenied) {
            m_pane->setDenied(sentenceOf(detail.error().message));
        } else {
            m_pane->setError(failureOf(detail.error(), tr("The pair could not be read.")),
                             {tr("Try again"), [this] { load(); }});
        }
        return;
    }
    const Exchange& e = detail->exchange;
    m_title->setText(tr("Request %1").arg(QString::fromStdString(e.requestId.empty() ? e.id.value : e.requestId)));
    const std::optional<double> gap = scoreGap(e);
    QList<Fact> facts{{tr("at"), clockText(e.time, m_zone), stampText(e.time, m_zone)},
                      {tr("gap"), gap ? scoreText(*gap) : u"–"_s, {}},
                      {tr("generation"), QString::number(e.generation.value), {}},
                      {tr("by"), callerText(e.caller), QString::fromStdString(e.caller)},
                      {tr("id"), QString::fromStdString(e.id.value), {}}};
    if (!e.traceParent.empty()) { // its id; the whole, with the node's step, is the tooltip
        const QString trace = QString::fromStdString(printable(e.traceParent));
        facts.append({tr("trace"), trace.section(u'-', 1, 1), trace});
    }
    m_facts->setFacts(facts);
    m_model->setDetail(*detail);
    const bool withheld = !detail->payload;
    m_withheld->setText(
        !withheld ? QString()
        : detail->withheld.empty()
            ? tr("Inputs and outputs were not kept.")
            : tr("Inputs and outputs are not shown: %1.").arg(QString::fromStdString(detail->withheld)));
    m_withheld->setVisible(withheld);
    m_pane->setLive();
}

void PairPane::copy() {
    QGuiApplication::clipboard()->setText(m_title->text() + u'\n' + m_facts->text() + u'\n' + m_model->asText());
}

} // namespace gnomon::ui
