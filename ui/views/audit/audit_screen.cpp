// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/audit/audit_screen.h"

#include "ui/bridge/node_session.h"
#include "ui/models/audit_finding.h"
#include "ui/models/evidence_format.h"
#include "ui/models/failure.h"
#include "ui/models/format.h"
#include "ui/models/link_words.h"
#include "ui/views/audit/audit_details.h"
#include "ui/views/audit/audit_filter_bar.h"
#include "ui/views/audit/export_sheet.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/overlay_layer.h"
#include "ui/widgets/state_badge.h"
#include "ui/widgets/state_pane.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QShortcut>
#include <QSplitter>
#include <QTextBrowser>
#include <QUrl>
#include <QVBoxLayout>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

Tone toneOf(Finding finding) {
    return isAlarm(finding) ? Tone::Act : finding == Finding::Verified ? Tone::Calm : Tone::Open;
}

} // namespace

AuditScreen::AuditScreen(const ConsoleContext& context, QWidget* parent) : Screen(context, parent) {
    build();
    connect(&context.selection, &Selection::changed, this, &AuditScreen::follow);
    connect(&context.fleet, &Fleet::sessionAdded, this, &AuditScreen::follow);
    connect(&context.fleet, &Fleet::sessionRemoved, this, &AuditScreen::follow);
    connect(&context.fleet, &Fleet::sessionChanged, this, &AuditScreen::showNow);
    connect(&context.fleet, &Fleet::ticked, this, &AuditScreen::showNow);
    connect(&context.time, &TimeDisplay::changed, this, [this] {
        m_model.setZone(this->context().time.zone());
        showRecord();
    });
    follow();
}

void AuditScreen::build() {
    const int large = px(this, theme::kDistances.large);
    auto* content = new QWidget(this);
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(large, large, large, large);
    column->setSpacing(px(this, theme::kDistances.medium));
    column->addWidget(buildTrust(content));
    m_filter = new AuditFilterBar(content);
    m_filter->setObjectName(u"auditFilter"_s);
    column->addWidget(m_filter);
    column->addWidget(buildRecords(content), 1);
    m_pane = new StatePane(content, this);
    m_pane->setObjectName(u"auditPane"_s);
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins({});
    whole->addWidget(m_pane);
    m_layer = new OverlayLayer(this);
    setFocusProxy(m_table);

    connect(m_filter, &AuditFilterBar::changed, this, &AuditScreen::refresh);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &AuditScreen::showRecord);
    connect(m_table->verticalScrollBar(), &QScrollBar::valueChanged, this, &AuditScreen::proveVisible);
    connect(&m_model, &AuditModel::loadChanged, this, &AuditScreen::showNow);
    connect(&m_model.checker(), &AuditChecker::checked, this, [this](quint64 seq) {
        const StoredRecord* shown = m_model.at(m_table->currentIndex().row());
        if (shown != nullptr && shown->record.seq.value == seq) {
            showRecord();
        }
    });
    auto* exportKey = new QShortcut(QKeySequence(Qt::CTRL | Qt::Key_E), this);
    exportKey->setContext(Qt::WidgetWithChildrenShortcut);
    connect(exportKey, &QShortcut::activated, this, &AuditScreen::openExport);
}

QWidget* AuditScreen::buildTrust(QWidget* parent) {
    auto* line = new QWidget(parent);
    auto* row = new QHBoxLayout(line);
    row->setContentsMargins({});
    m_trustBadge = new StateBadge(line);
    m_trustBadge->setObjectName(u"auditTrustBadge"_s);
    m_trust = new TextLabel(TextStyle::Body, {}, line);
    m_trust->setObjectName(u"auditTrust"_s);
    m_trust->setWordWrap(true);
    m_verify = new QPushButton(tr("Verify again"), line);
    m_verify->setObjectName(u"auditVerify"_s);
    m_export = new QPushButton(tr("Export…  Ctrl+E"), line);
    m_export->setObjectName(u"auditExport"_s);
    row->addWidget(m_trustBadge);
    row->addWidget(m_trust, 1);
    row->addWidget(m_verify);
    row->addWidget(m_export);
    connect(m_verify, &QPushButton::clicked, this, [this] {
        if (m_witness) {
            m_witness->check();
        }
        m_model.checker().retry();
        proveVisible();
    });
    connect(m_export, &QPushButton::clicked, this, &AuditScreen::openExport);
    return line;
}

QWidget* AuditScreen::buildRecords(QWidget* parent) {
    auto* split = new QSplitter(Qt::Horizontal, parent);
    split->setChildrenCollapsible(false);
    m_table = new DataTable(split);
    m_table->setObjectName(u"auditTable"_s);
    m_table->setAccessibleName(tr("Audit records, newest first"));
    m_table->setModel(&m_model);
    const double widths[] = {6, 3.5, 11, 10, 9, 9, 16, 12};
    for (int i = 0; i < AuditModel::ResultColumn; ++i) {
        m_table->setColumnWidth(i, px(this, widths[i]));
    }
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_details = new QTextBrowser(split);
    m_details->setObjectName(u"auditDetails"_s);
    m_details->setAccessibleName(tr("The chosen record"));
    m_details->setOpenLinks(false);
    m_details->setTabChangesFocus(true);
    connect(m_details, &QTextBrowser::anchorClicked, this, &AuditScreen::openRelated);
    split->addWidget(m_table);
    split->addWidget(m_details);
    split->setStretchFactor(0, 5);
    split->setStretchFactor(1, 2);
    m_details->setMinimumWidth(px(this, 26));
    return split;
}

void AuditScreen::follow() {
    if (session() != m_followed) {
        if (m_witness) {
            m_witness->disconnect(this);
        }
        m_followed = session();
        m_witness = m_followed ? LogWitness::of(*m_followed, context().store, context().fleet.clock()) : nullptr;
        if (m_witness) {
            connect(m_witness, &LogWitness::changed, this, &AuditScreen::showTrust);
        }
        m_headSize = 0;
        m_pane->forgetContent();
        refresh();
    }
    showNow();
}

void AuditScreen::refresh() {
    if (m_followed && m_witness) {
        m_model.setQuery(m_followed, m_witness, m_filter->filter(context().fleet.clock().wallNow()));
    }
    showNow();
}

void AuditScreen::showEvent(QShowEvent* event) {
    Screen::showEvent(event);
    if (m_followed && m_model.load() == AuditModel::Load::Ready) {
        m_model.refresh();
    }
}

void AuditScreen::showNow() {
    if (m_followed == nullptr) {
        m_pane->setEmpty(u"audit"_s, tr("No node is selected."),
                         {tr("Choose one in Fleet"), [this] { Q_EMIT screenRequested(u"fleet"_s); }});
        return;
    }
    showTrust();
    // New records came: the newest page is fetched again, and what is on screen stays where it is.
    const NodeUpdate* latest = m_followed->latest();
    if (latest != nullptr && latest->auditHead.size > m_headSize && isVisible() &&
        m_model.load() == AuditModel::Load::Ready) {
        m_headSize = latest->auditHead.size;
        m_model.refresh();
    }
    if (!m_table->currentIndex().isValid() && m_model.rowCount() > 0) {
        m_table->setCurrentIndex(m_model.index(0, 0));
    }
    proveVisible();
    const QString many = m_model.matchingAtLeast() ? tr("at least %1 match") : tr("%1 match");
    m_filter->setCount(tr("%1 of %2").arg(many.arg(countText(m_model.matching())), countText(m_model.logSize())));
    const LinkWords link = linkWords(*m_followed, context().time.zone());
    if (m_model.load() == AuditModel::Load::Failed && m_model.rowCount() == 0) {
        m_pane->setError(failureOf(*m_model.error(), tr("The audit trail cannot be shown.")),
                         {tr("Try again"), [this] { refresh(); }});
    } else if (rowStateOf(*m_followed) == RowState::Stale) {
        m_pane->setStale(link.sentence);
    } else if (m_model.load() == AuditModel::Load::Ready && m_model.rowCount() == 0) {
        m_pane->setEmpty(u"audit"_s,
                         tr("No records match; %1 are outside the filter.").arg(countText(m_model.logSize())),
                         {tr("Clear the filter"), [this] { m_filter->clear(); }});
    } else if (m_model.rowCount() == 0) {
        m_pane->setLoading(tr("Loading the audit trail of %1").arg(m_followed->name()));
    } else {
        m_pane->setLive();
    }
}

void AuditScreen::showTrust() {
    if (!m_witness) {
        return;
    }
    const LogTrust& trust = m_witness->trust();
    m_trustBadge->setState(toneOf(trust.finding), findingWord(trust.finding));
    m_verify->setEnabled(!trust.checking);
    QString text;
    if (trust.finding == Finding::Verified && trust.pinned) {
        text = tr("Log verified here: %1 entries, head %2…, pinned since %3, no gaps.")
                   .arg(countText(trust.pinned->size), QString::fromStdString(toHex(trust.pinned->root)).left(12),
                        trust.since ? stampText(*trust.since, context().time.zone()) : dash());
    } else if (trust.finding == Finding::NotChecked) {
        text = trust.checking ? tr("Being checked…") : tr("Nothing was proved yet.");
    } else {
        text = trust.why;
    }
    if (!trust.unreachable.isEmpty()) {
        text += u' ' + tr("The newest check could not be made: %1").arg(trust.unreachable);
    }
    m_trust->setText(text);
}

void AuditScreen::showRecord() {
    const StoredRecord* stored = m_model.at(m_table->currentIndex().row());
    if (stored == nullptr) {
        m_details->clear();
        return;
    }
    m_model.checker().want(*stored, true);
    const AuditRecord& record = stored->record;
    const Seq group = record.ref.value_or(record.seq);
    std::vector<const StoredRecord*> related;
    for (int i = 0; i < m_model.rowCount(); ++i) {
        const StoredRecord* other = m_model.at(i);
        const bool same = other->record.ref == group || other->record.seq == group;
        if (same && !(other->record.seq == record.seq)) {
            related.push_back(other);
        }
    }
    m_details->setHtml(auditDetailsHtml(*stored, m_model.checker().find(record.seq), related, context().time.zone()));
}

void AuditScreen::proveVisible() {
    if (m_model.rowCount() == 0 || !isVisible()) {
        return;
    }
    const int first = std::max(m_table->rowAt(0), 0);
    const int below = m_table->rowAt(m_table->viewport()->height() - 1);
    m_model.prove(first, below < 0 ? m_model.rowCount() - 1 : below);
}

void AuditScreen::openRelated(const QUrl& link) {
    const int row = m_model.rowOf(Seq(link.path().toULongLong()));
    if (row >= 0) {
        m_table->setCurrentIndex(m_model.index(row, 0));
    }
}

void AuditScreen::openExport() {
    if (m_followed && m_witness && !m_layer->isOpen()) {
        openExportSheet(*m_layer, m_exporter, *m_followed, *m_witness);
    }
}

void AuditScreen::focusFilter() {
    m_filter->findChild<QLineEdit*>(u"auditWho"_s)->setFocus();
}

bool AuditScreen::closeTopLayer() {
    if (m_layer->isOpen()) {
        m_layer->close();
        return true;
    }
    if (!m_filter->isEmpty()) {
        m_filter->clear();
        return true;
    }
    return false;
}

QList<Command> AuditScreen::commands() {
    return {{tr("Export the audit trail…"), tr("Ctrl+E"), [this] { openExport(); }},
            {tr("Verify the audit trail again"), {}, [this] { m_verify->click(); }}};
}

QList<KeyHelp> AuditScreen::keys() const {
    return {{tr("/"), tr("filter")}, {tr("Ctrl+E"), tr("export the trail to a file that anybody can verify")}};
}

QByteArray AuditScreen::saveState() const {
    return m_filter->saveState();
}

void AuditScreen::restoreState(const QByteArray& state) {
    m_filter->restoreState(state);
}

ScreenEntry auditScreen() {
    return {u"audit"_s, AuditScreen::tr("Audit"), u"audit"_s, QKeySequence(Qt::ALT | Qt::Key_4),
            [](const ConsoleContext& context, QWidget* parent) -> Screen* { return new AuditScreen(context, parent); }};
}

} // namespace gnomon::ui
