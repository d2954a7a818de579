// SPDX-License-Identifier: GPL-3.0-or-later
// How the audit screen is laid out and how its parts speak to each other; what it does is in audit_screen.cpp.
#include "ui/views/audit/audit_detail_pane.h"
#include "ui/views/audit/audit_filter_bar.h"
#include "ui/views/audit/audit_screen.h"
#include "ui/views/audit/finding_mark.h"
#include "ui/views/audit/trust_bar.h"
#include "ui/widgets/card.h"
#include "ui/widgets/cell_delegate.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/state_pane.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QPushButton>
#include <QScrollBar>
#include <QShortcut>
#include <QSplitter>

#include <chrono>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr std::chrono::milliseconds kSettle{120}; // scrolling past is not looking

} // namespace

AuditScreen::AuditScreen(const ConsoleContext& context, QWidget* parent)
    : Screen(context, parent), m_model(new AuditModel(this)), m_exporter(new AuditExporter(this)),
      m_trust(new TrustBar(this)), m_filters(new AuditFilterBar(this)), m_count(nullptr), m_newer(nullptr),
      m_table(nullptr), m_detail(new AuditDetailPane), m_pane(nullptr) {
    setObjectName(u"auditScreen"_s);
    build();
    connectParts();
    for (NodeSession* session : context.fleet.sessions()) {
        LogWitness::of(*session, context.store, context.fleet.clock());
    }
    follow();
    showState();
}

void AuditScreen::build() {
    const int medium = px(this, theme::kDistances.medium);
    m_table = new DataTable;
    m_table->setObjectName(u"auditTable"_s);
    m_table->setAccessibleName(tr("Records, newest first"));
    m_table->setModel(m_model);
    m_table->setItemDelegate(new CellDelegate(m_table));
    m_table->setItemDelegateForColumn(AuditModel::ProofColumn, new FindingDelegate(m_table));
    const double widths[] = {3.3, 3, 10.3, 7.6, 9.4, 7.9, 12.8, 9.3, 5};
    for (int column = 0; column < AuditModel::ColumnCount; ++column) {
        m_table->setColumnWidth(column, px(this, widths[column]));
    }
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_count = new TextLabel(TextStyle::Muted);
    m_count->setObjectName(u"auditCount"_s);
    m_newer = new QPushButton;
    m_newer->setObjectName(u"auditNewer"_s);
    m_newer->setAutoDefault(false);
    m_newer->hide();

    auto* list = new Card;
    auto* line = new QHBoxLayout;
    line->addWidget(m_count);
    line->addStretch();
    line->addWidget(m_newer);
    list->add(line);
    m_pane = new StatePane(m_table);
    m_pane->setObjectName(u"auditState"_s);
    list->add(m_pane, 1);
    auto* detail = new Card;
    detail->add(m_detail, 1);
    auto* split = new QSplitter(Qt::Horizontal);
    split->setObjectName(u"auditSplitter"_s);
    split->setHandleWidth(medium);
    split->setChildrenCollapsible(false);
    split->addWidget(list);
    split->addWidget(detail);
    split->setStretchFactor(0, 9);
    split->setStretchFactor(1, 5);
    split->setSizes({1010, 390});
    auto* page = new QVBoxLayout(this);
    page->setContentsMargins(medium, medium, medium, medium);
    page->setSpacing(medium);
    page->addWidget(m_trust);
    page->addWidget(m_filters);
    page->addWidget(split, 1);
    setFocusProxy(m_table);
}

void AuditScreen::connectParts() {
    connect(&context().selection, &Selection::changed, this, &AuditScreen::follow);
    connect(&context().fleet, &Fleet::sessionAdded, this, [this](NodeSession* session) {
        LogWitness::of(*session, context().store, context().fleet.clock());
        follow();
    });
    connect(&context().fleet, &Fleet::sessionChanged, this, &AuditScreen::followSession);
    connect(&context().fleet, &Fleet::sessionRemoved, this, &AuditScreen::follow);
    connect(&context().fleet, &Fleet::nodeReplaced, this, [this](const NodeSession* session) {
        if (session == m_session) {
            m_model->setQuery(nullptr, nullptr, {}); // its records are proven of another log
            m_session.clear();
            follow();
        }
    });
    connect(&context().fleet, &Fleet::ticked, this, &AuditScreen::showState);
    connect(&context().time, &TimeDisplay::changed, this, [this] {
        m_model->setZone(context().time.zone());
        m_detail->setZone(context().time.zone());
        showTrust();
        showRecord();
    });
    connect(m_filters, &AuditFilterBar::changed, this, &AuditScreen::query);
    connect(m_model, &EvidenceTable::loadChanged, this, &AuditScreen::showState);
    connect(m_newer, &QPushButton::clicked, this, &AuditScreen::refresh);
    connect(m_trust, &TrustBar::verifyRequested, this, &AuditScreen::verifyAgain);
    connect(m_trust, &TrustBar::exportRequested, this, &AuditScreen::openExport);
    connect(m_trust, &TrustBar::dismissRequested, this, &AuditScreen::dismissAlarm);
    connect(m_detail, &AuditDetailPane::recordRequested, this, [this](quint64 seq) { goTo(Seq(seq)); });
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &AuditScreen::showRecord);
    connect(m_table, &DataTable::rowActivated, this, [this] { m_detail->setFocus(Qt::OtherFocusReason); });
    connect(&m_model->checker(), &AuditChecker::checked, this, [this](quint64 seq) {
        showTrust();
        if (m_detail->shown() == std::optional(Seq(seq))) {
            showRecord();
        }
    });
    m_proving.setSingleShot(true);
    m_proving.setInterval(kSettle);
    connect(&m_proving, &QTimer::timeout, this, &AuditScreen::proveVisible);
    connect(m_table->verticalScrollBar(), &QScrollBar::valueChanged, &m_proving, qOverload<>(&QTimer::start));
    connect(m_table->verticalScrollBar(), &QScrollBar::rangeChanged, &m_proving, qOverload<>(&QTimer::start));
    auto* key = new QShortcut(QKeySequence(Qt::CTRL | Qt::Key_E), this);
    key->setAutoRepeat(false);
    connect(key, &QShortcut::activated, this, &AuditScreen::openExport);
}

} // namespace gnomon::ui
