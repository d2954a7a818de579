// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/audit/audit_detail_pane.h"

#include "ui/models/audit_words.h"
#include "ui/models/failure.h"
#include "ui/views/audit/finding_label.h"
#include "ui/widgets/cell_delegate.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/state_pane.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QListWidget>
#include <QPushButton>

#include <algorithm>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr std::uint64_t kNeighbourhood = 200; // outcome and effect follow their intent closely

QString proofText(const RecordProof* proof) {
    if (proof == nullptr) {
        return AuditDetailPane::tr("Checking…");
    }
    if (proof->finding == Finding::Verified) {
        return AuditDetailPane::tr(
                   "Verified here: its bytes are record %1 of the %2 that the signed checkpoint states.")
            .arg(proof->proven->proof.seq.value)
            .arg(proof->proven->proof.size);
    }
    QString word = findingWord(proof->finding);
    word[0] = word[0].toUpper();
    return word + u": "_s + sentenceOf(proof->why.toStdString());
}

} // namespace

AuditDetailPane::AuditDetailPane(QWidget* parent)
    : QWidget(parent), m_model(new AuditDetailModel(this)), m_title(nullptr), m_copy(nullptr), m_finding(nullptr),
      m_table(nullptr), m_relatedTitle(nullptr), m_related(nullptr), m_pane(nullptr) {
    setObjectName(u"auditDetail"_s);
    auto* body = new QWidget;
    m_title = new TextLabel(TextStyle::Heading, {}, body);
    m_title->setObjectName(u"auditDetailTitle"_s);
    m_copy = new QPushButton(tr("Copy"), body);
    m_copy->setObjectName(u"auditDetailCopy"_s);
    m_copy->setAccessibleName(tr("Copy the record"));
    m_copy->setAutoDefault(false);
    m_finding = new FindingLabel(body);
    m_finding->setObjectName(u"auditDetailProof"_s);
    m_table = new DataTable(body);
    m_table->setObjectName(u"auditDetailTable"_s);
    m_table->setAccessibleName(tr("The record in full"));
    m_table->setModel(m_model);
    m_table->setItemDelegate(new CellDelegate(m_table));
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    m_table->horizontalHeader()->setSectionResizeMode(AuditDetailModel::FieldColumn, QHeaderView::Fixed);
    m_table->setColumnWidth(AuditDetailModel::FieldColumn, px(this, 7));
    m_relatedTitle = new TextLabel(TextStyle::Heading, tr("Belongs together"), body);
    m_related = new QListWidget(body);
    m_related->setObjectName(u"auditRelated"_s);
    m_related->setAccessibleName(tr("Related records"));
    m_related->setFrameShape(QFrame::NoFrame);
    m_related->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff); // it would hide a row; long titles end in dots
    auto* head = new QHBoxLayout;
    head->addWidget(m_title, 1);
    head->addWidget(m_copy);
    auto* inner = new QVBoxLayout(body);
    inner->setContentsMargins({});
    inner->setSpacing(px(this, theme::kDistances.small));
    inner->addLayout(head);
    inner->addWidget(m_finding);
    inner->addWidget(m_table, 1);
    inner->addWidget(m_relatedTitle);
    inner->addWidget(m_related);
    m_pane = new StatePane(body, this);
    m_pane->setObjectName(u"auditDetailState"_s);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins({});
    column->addWidget(m_pane);
    setFocusProxy(m_table);
    connect(m_copy, &QPushButton::clicked, this, &AuditDetailPane::copy);
    connect(m_related, &QListWidget::itemActivated, this,
            [this](const QListWidgetItem* item) { Q_EMIT recordRequested(item->data(Qt::UserRole).toULongLong()); });
    connect(m_model, &QAbstractItemModel::modelReset, this, [this] {
        m_table->clearSpans();
        for (int row = 0; row < m_model->rowCount(); ++row) {
            const QModelIndex index = m_model->index(row, 0);
            if (index.data(HeadingRole).toBool()) {
                m_table->setSpan(row, 0, 1, AuditDetailModel::ColumnCount);
            } else if (index.data(AuditDetailModel::SingleRole).toBool()) {
                m_table->setSpan(row, AuditDetailModel::BeforeColumn, 1, 2);
            }
        }
    });
    clear();
}

void AuditDetailPane::setZone(const QTimeZone& zone) {
    m_zone = zone;
}

std::optional<Seq> AuditDetailPane::shown() const {
    return m_stored ? std::optional(m_stored->record.seq) : std::nullopt;
}

void AuditDetailPane::clear() {
    m_request.cancel();
    m_stored.reset();
    m_model->clear();
    m_pane->setEmpty(u"audit"_s, tr("Select a record to see all of it."));
}

void AuditDetailPane::showRecord(NodeSession* session, const StoredRecord& stored, const RecordProof* proof) {
    const bool same = m_stored && m_stored->record == stored.record && m_stored->payload == stored.payload;
    m_session = session;
    m_stored = stored;
    fill(proof);
    if (!same) {
        findRelated();
    }
}

void AuditDetailPane::fill(const RecordProof* proof) {
    m_title->setText(tr("Record %1: ").arg(m_stored->record.seq.value) + actionText(m_stored->record));
    m_finding->setFinding(proof == nullptr ? Finding::NotChecked : proof->finding, proofText(proof));
    // What was proved is shown rather than what a page said.
    const bool proved = proof != nullptr && proof->finding == Finding::Verified;
    m_model->setRecord(proved ? proof->proven->record : *m_stored, proof, m_zone);
    m_pane->setLive();
}

void AuditDetailPane::findRelated() {
    m_request.cancel();
    m_related->clear();
    m_related->hide();
    m_relatedTitle->hide();
    const AuditRecord& record = m_stored->record;
    if (m_session.isNull() || (!record.ref && record.kind != RecordKind::Intent)) {
        return;
    }
    const Seq intent = record.ref.value_or(record.seq);
    AuditFilter filter;
    filter.object = record.object;
    filter.before = Seq(intent.value + kNeighbourhood);
    filter.pageSize = static_cast<std::size_t>(kNeighbourhood);
    m_request = m_session->searchAudit(filter, [this, intent](const Result<AuditPage>& page) {
        if (!page.ok()) {
            return; // the record itself is there; its relatives are a convenience
        }
        std::vector<StoredRecord> related;
        std::copy_if(page->records.rbegin(), page->records.rend(), std::back_inserter(related),
                     [intent](const StoredRecord& other) {
                         return other.record.seq == intent || other.record.ref == std::optional(intent);
                     });
        showRelated(related);
    });
}

void AuditDetailPane::showRelated(const std::vector<StoredRecord>& records) {
    for (const StoredRecord& stored : records) {
        auto* item = new QListWidgetItem(recordTitle(stored.record), m_related);
        item->setSizeHint({1, fontMetrics().height() + 4});
        item->setToolTip(item->text());
        item->setData(Qt::UserRole, QVariant::fromValue(static_cast<quint64>(stored.record.seq.value)));
        if (stored.record.seq == m_stored->record.seq) {
            m_related->setCurrentItem(item);
        }
    }
    const bool any = records.size() > 1;
    m_relatedTitle->setVisible(any);
    m_related->setVisible(any);
    m_related->setFixedHeight(m_related->sizeHintForRow(0) * std::min<int>(m_related->count(), 4) + 4);
}

void AuditDetailPane::copy() {
    QGuiApplication::clipboard()->setText(m_title->text() + u'\n' + m_finding->text() + u'\n' + m_model->asText());
}

} // namespace gnomon::ui
