// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/compare/request_pane.h"

#include "ui/models/evidence_format.h"
#include "ui/models/failure.h"
#include "ui/widgets/cell_delegate.h"
#include "ui/widgets/chip_bar.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/state_pane.h"
#include "ui/widgets/tokens.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QScrollBar>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

const QString kDecisionChip = u"decisions"_s;
const QString kTimeChip = u"time"_s;

} // namespace

RequestPane::RequestPane(QWidget* parent)
    : QWidget(parent), m_model(new ExchangeModel(this)), m_chips(new ChipBar(this)), m_sort(new QComboBox(this)),
      m_differing(new QCheckBox(tr("only differing"), this)), m_count(new QLabel(this)), m_table(new DataTable(this)),
      m_pane(new StatePane(m_table, this)) {
    setObjectName(u"requestPane"_s);
    m_chips->setObjectName(u"requestChips"_s);
    m_sort->setObjectName(u"requestOrder"_s);
    m_sort->setAccessibleName(tr("Order of the requests"));
    m_sort->addItems({tr("Most disagreeing first"), tr("Newest first")});
    m_differing->setObjectName(u"requestDiffering"_s);
    m_count->setObjectName(u"requestCount"_s);
    m_table->setObjectName(u"requestTable"_s);
    m_table->setAccessibleName(tr("Requests"));
    m_table->setModel(m_model);
    m_table->setItemDelegate(new CellDelegate(m_table));
    m_pane->setObjectName(u"requestState"_s);
    auto* header = m_table->horizontalHeader();
    const int em = fontMetrics().averageCharWidth();
    const int widths[] = {13, 14, 14, 9, 14, 9, 9, 14, 24};
    for (int column = 0; column < ExchangeModel::ColumnCount; ++column) {
        header->resizeSection(column, widths[column] * em);
    }
    header->setStretchLastSection(true);

    auto* title = new QLabel(tr("Requests"), this);
    QFont bold = title->font();
    bold.setWeight(QFont::DemiBold);
    title->setFont(bold);
    title->setBuddy(m_table);
    auto* head = new QHBoxLayout;
    head->setSpacing(px(this, theme::kDistances.medium));
    head->addWidget(title);
    head->addWidget(m_count);
    head->addWidget(m_chips);
    head->addStretch();
    head->addWidget(m_differing);
    head->addWidget(m_sort);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins({});
    column->setSpacing(2);
    column->addLayout(head);
    column->addWidget(m_pane, 1);
    setFocusProxy(m_table);

    m_filter.mostDisagreeingFirst = true;
    connect(m_sort, &QComboBox::currentIndexChanged, this, [this](int index) {
        m_filter.mostDisagreeingFirst = index == 0;
        query();
    });
    connect(m_differing, &QCheckBox::toggled, this, [this](bool on) {
        m_filter.onlyDisagreeing = on;
        query();
    });
    connect(m_chips, &ChipBar::removed, this, &RequestPane::removeFilter);
    connect(m_model, &EvidenceTable::loadChanged, this, &RequestPane::showState);
    connect(m_table, &DataTable::rowActivated, this, &RequestPane::pairRequested);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &RequestPane::currentChanged);
    connect(m_model, &QAbstractItemModel::modelReset, this, &RequestPane::currentChanged);
}

void RequestPane::setSource(NodeSession* session, const EndpointName& endpoint,
                            const std::optional<ExperimentId>& experiment) {
    if (session == m_session && endpoint == m_filter.endpoint && experiment == m_filter.experiment) {
        return;
    }
    if (session != m_session || !(endpoint == m_filter.endpoint)) {
        m_filter.productionDecision.reset();
        m_filter.shadowDecision.reset();
        m_filter.from.reset();
        m_filter.until.reset();
        m_order.clear();
        Q_EMIT timeFilterChanged();
        m_pane->forgetContent();
    }
    m_session = session;
    m_filter.endpoint = endpoint;
    m_filter.experiment = experiment;
    query();
}

void RequestPane::setZone(const QTimeZone& zone) {
    m_model->setZone(zone);
    showChips();
}

void RequestPane::filterDecisions(const QString& production, const QString& shadow) {
    m_filter.productionDecision = production.toStdString();
    m_filter.shadowDecision = shadow.toStdString();
    m_order.removeAll(kDecisionChip);
    m_order.append(kDecisionChip);
    query();
}

void RequestPane::filterTime(WallTime from, WallTime until) {
    m_filter.from = from;
    m_filter.until = until;
    m_order.removeAll(kTimeChip);
    m_order.append(kTimeChip);
    Q_EMIT timeFilterChanged();
    query();
}

void RequestPane::removeFilter(const QString& id) {
    m_order.removeAll(id);
    if (id == kDecisionChip) {
        m_filter.productionDecision.reset();
        m_filter.shadowDecision.reset();
    } else if (id == kTimeChip) {
        m_filter.from.reset();
        m_filter.until.reset();
        Q_EMIT timeFilterChanged();
    }
    query();
}

bool RequestPane::removeLastFilter() {
    if (m_order.isEmpty()) {
        return false;
    }
    removeFilter(m_order.back());
    return true;
}

void RequestPane::clearFilters() {
    while (removeLastFilter()) {
    }
    m_differing->setChecked(false);
}

void RequestPane::showTop() {
    clearFilters();
    m_sort->setCurrentIndex(0);
    m_selectFirst = true;
    m_table->setFocus(Qt::ShortcutFocusReason);
    query();
}

void RequestPane::refreshQuietly() {
    const bool reading = m_table->verticalScrollBar()->value() > 0 || m_model->load() == EvidenceTable::Load::Loading ||
                         m_model->load() == EvidenceTable::Load::More;
    if (!reading) {
        m_model->refresh();
    }
}

void RequestPane::refresh() {
    m_model->refresh();
}

void RequestPane::query() {
    showChips();
    m_table->scrollToTop();
    m_model->setQuery(m_session, m_filter);
}

void RequestPane::showChips() {
    QList<ChipBar::Chip> chips;
    for (const QString& id : std::as_const(m_order)) {
        if (id == kDecisionChip) {
            chips.append({id, QString::fromStdString(*m_filter.productionDecision) + u" → "_s +
                                  QString::fromStdString(*m_filter.shadowDecision)});
        } else {
            chips.append({id, stampText(*m_filter.from, m_model->zone()).mid(11, 8) + u"–"_s +
                                  clockText(*m_filter.until, m_model->zone())});
        }
    }
    m_chips->setChips(chips);
}

void RequestPane::setStale(const QString& text) {
    m_stale = text;
    showState();
}

void RequestPane::showState() {
    const int rows = m_model->rowCount();
    const bool all = !m_model->canFetchMore({});
    m_count->setText(rows == 0 ? QString()
                     : all     ? countText(static_cast<quint64>(rows))
                               : tr("first %1").arg(countText(static_cast<quint64>(rows))));
    switch (m_model->load()) {
    case EvidenceTable::Load::Idle:
        m_pane->setEmpty(u"empty"_s, tr("Nothing is selected."));
        break;
    case EvidenceTable::Load::Loading:
        if (rows == 0) {
            m_pane->setLoading(tr("Loading requests"));
        }
        break;
    case EvidenceTable::Load::More:
        break;
    case EvidenceTable::Load::Failed: {
        const Error& error = *m_model->error();
        if (error.code == ErrorCode::PermissionDenied) {
            m_pane->setDenied(sentenceOf(error.message));
            break;
        }
        m_pane->setError(failureOf(error, tr("The requests could not be read.")),
                         {tr("Try again"), [this] { m_model->refresh(); }});
        break;
    }
    case EvidenceTable::Load::Ready:
        if (rows == 0 && m_order.isEmpty() && !m_filter.onlyDisagreeing) {
            m_pane->setEmpty(u"empty"_s, tr("No request has been recorded yet."));
        } else if (rows == 0) {
            m_pane->setEmpty(u"empty"_s, tr("No recorded request matches these filters."),
                             {tr("Clear filters"), [this] { clearFilters(); }});
        } else if (!m_stale.isEmpty()) {
            m_pane->setStale(m_stale);
        } else {
            m_pane->setLive();
        }
        if (rows > 0 && (m_selectFirst || !m_table->currentIndex().isValid())) {
            m_selectFirst = false;
            m_table->selectRow(0); // so that a pair is always there to be seen
        }
        break;
    }
}

const Exchange* RequestPane::current() const {
    return m_model->at(m_table->currentIndex().row());
}

} // namespace gnomon::ui
