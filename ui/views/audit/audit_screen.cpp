// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/audit/audit_screen.h"

#include "ui/models/evidence_format.h"
#include "ui/models/failure.h"
#include "ui/models/format.h"
#include "ui/models/link_words.h"
#include "ui/views/audit/audit_detail_pane.h"
#include "ui/views/audit/audit_filter_bar.h"
#include "ui/views/audit/export_sheet.h"
#include "ui/views/audit/trust_bar.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/overlay_layer.h"
#include "ui/widgets/state_pane.h"

#include <QDataStream>
#include <QDir>
#include <QHeaderView>
#include <QKeyEvent>
#include <QPushButton>
#include <QStandardPaths>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

void AuditScreen::follow() {
    NodeSession* session = context().session();
    if (session == m_session) {
        return;
    }
    if (!m_witness.isNull()) {
        m_witness->disconnect(this);
    }
    m_session = session;
    m_witness = session == nullptr ? nullptr : LogWitness::of(*session, context().store, context().fleet.clock());
    m_detail->clear();
    m_pane->forgetContent();
    if (m_witness.isNull()) {
        m_model->setQuery(nullptr, nullptr, {});
        showTrust();
        return;
    }
    connect(m_witness, &LogWitness::changed, this, [this] {
        showTrust();
        m_model->checker().retry(); // what no checkpoint covered before may be covered now
        m_proving.start();
    });
    followSession(session);
    showTrust();
    query();
}

void AuditScreen::followSession(NodeSession* session) {
    if (session != m_session || session == nullptr) {
        return;
    }
    if (session->latest() != nullptr) {
        QStringList names;
        for (const EndpointSnapshot& endpoint : session->latest()->endpoints) {
            names.append(QString::fromStdString(endpoint.settings.name.value));
        }
        m_filters->setEndpoints(names);
    }
    if (m_model->load() == EvidenceTable::Load::Failed && session->freshness() == Freshness::Live && isVisible()) {
        query(); // it is back
    }
    showNewer();
    showState();
}

void AuditScreen::query() {
    if (!m_session.isNull()) {
        m_table->scrollToTop();
        m_model->setQuery(m_session, m_witness, m_filters->filter(context().fleet.clock().wallNow()));
    }
}

void AuditScreen::refresh() {
    query();
    if (!m_witness.isNull()) {
        m_witness->check();
    }
}

void AuditScreen::showState() {
    const int rows = m_model->rowCount();
    const QString outside = countText(m_model->logSize());
    const std::uint64_t hidden = m_model->logSize() - std::min(m_model->matching(), m_model->logSize());
    const QString matching =
        (m_model->matchingAtLeast() ? tr("at least ") : QString()) + countText(m_model->matching());
    QString count = m_filters->isEmpty() ? tr("%1 records, newest first").arg(matching)
                                         : tr("%1 of %2 records match").arg(matching, outside);
    if (m_filters->isEmpty() && hidden > 0) {
        count += m_model->matchingAtLeast() ? tr("; readings are hidden")
                                            : tr("; %1 readings hidden").arg(countText(hidden));
    }
    m_count->setText(rows == 0 ? QString() : count);
    switch (m_model->load()) {
    case EvidenceTable::Load::Idle:
        m_pane->setEmpty(u"audit"_s, tr("No node is connected."),
                         {tr("Connect…"), [this] { Q_EMIT screenRequested(u"connect"_s); }});
        return;
    case EvidenceTable::Load::Loading:
        if (rows == 0) {
            m_pane->setLoading(tr("Loading records"));
        }
        return;
    case EvidenceTable::Load::More:
        return;
    case EvidenceTable::Load::Failed:
        if (m_model->error()->code == ErrorCode::PermissionDenied) {
            m_pane->setDenied(sentenceOf(m_model->error()->message));
        } else if (rows == 0 || m_session->freshness() == Freshness::Live) {
            m_pane->setError(failureOf(*m_model->error(), tr("The records could not be read.")),
                             {tr("Try again"), [this] { refresh(); }});
        } else {
            m_pane->setStale(linkWords(*m_session, context().time.zone()).sentence);
        }
        return;
    case EvidenceTable::Load::Ready:
        break;
    }
    if (rows == 0) {
        m_pane->setEmpty(u"audit"_s,
                         m_filters->isEmpty() ? m_model->logSize() == 0 ? tr("The log is empty.")
                                                                        : tr("Nothing but readings is recorded.")
                                              : tr("No record matches; %1 are outside the filter.").arg(outside),
                         m_filters->isEmpty() ? PaneAction{}
                                              : PaneAction{tr("Clear filters"), [this] { m_filters->clear(); }});
    } else if (m_session->freshness() != Freshness::Live) {
        m_pane->setStale(linkWords(*m_session, context().time.zone()).sentence);
    } else {
        m_pane->setLive();
    }
    QStringList people;
    for (int row = 0; row < std::min(rows, 100); ++row) {
        people.append(QString::fromStdString(m_model->at(row)->record.actor.person));
    }
    people.removeDuplicates();
    people.removeAll(QString());
    m_filters->suggestPeople(people);
    if (m_wanted) {
        const int row = m_model->rowOf(*m_wanted);
        m_wanted.reset();
        if (row >= 0) {
            m_table->selectRow(row);
        }
    } else if (rows > 0) {
        offerNewest();
    }
    showNewer();
    showTrust();
    m_proving.start();
}

// As long as nobody chose a record, the newest one that is no reading: what happened, rather than that this console has
// just looked. Being current is not being chosen, for a table makes a row current when it gets the focus.
void AuditScreen::offerNewest() {
    const StoredRecord* shown = m_model->at(m_table->currentIndex().row());
    if (m_table->selectionModel()->hasSelection() && shown != nullptr && m_offered != shown->record.seq) {
        return;
    }
    int row = 0;
    while (row < m_model->rowCount() && m_model->at(row)->record.kind == RecordKind::View) {
        ++row;
    }
    row = row < m_model->rowCount() ? row : 0;
    m_offered = m_model->at(row)->record.seq;
    if (m_table->currentIndex().row() != row || !m_table->selectionModel()->hasSelection()) {
        m_table->selectRow(row);
    }
}

void AuditScreen::showTrust() {
    const LogTrust trust = m_witness.isNull() ? LogTrust{} : m_witness->trust();
    const std::optional<Seq> bad = m_model->checker().firstFalse();
    m_trust->showTrust(trust, bad, bad ? m_model->checker().find(*bad)->why : QString(), m_model->logSize(),
                       context().time.zone());
}

// The trail is not read anew by itself: reading it is recorded, and nobody may have looked.
void AuditScreen::showNewer() {
    const NodeUpdate* latest = m_session.isNull() ? nullptr : m_session->latest();
    const std::uint64_t size = latest == nullptr ? 0 : latest->auditHead.size;
    const bool newer = m_model->load() == EvidenceTable::Load::Ready && size > m_model->logSize();
    m_newer->setVisible(newer);
    if (newer) {
        const std::uint64_t count = size - m_model->logSize();
        m_newer->setText(count == 1 ? tr("1 newer record  F5") : tr("%1 newer records  F5").arg(countText(count)));
    }
}

void AuditScreen::showRecord() {
    const StoredRecord* stored = m_model->at(m_table->currentIndex().row());
    if (stored == nullptr) {
        m_detail->clear();
        return;
    }
    m_model->checker().want(*stored, true);
    m_detail->showRecord(m_session, *stored, m_model->checker().find(stored->record.seq));
}

void AuditScreen::proveVisible() {
    if (!isVisible() || m_model->rowCount() == 0) {
        return;
    }
    const int first = m_table->rowAt(0);
    const int last = m_table->rowAt(m_table->viewport()->height() - 1);
    m_model->prove(first, last < 0 ? m_model->rowCount() - 1 : last);
}

void AuditScreen::verifyAgain() {
    if (m_witness.isNull()) {
        return;
    }
    m_model->checker().forget();
    m_witness->check();
    showRecord();
    m_proving.start();
    m_table->viewport()->update();
}

void AuditScreen::dismissAlarm() {
    if (m_witness.isNull()) {
        return;
    }
    if (const Status done = m_witness->dismiss(); !done.ok()) {
        Q_EMIT messageRaised({Tone::Act, tr("The alarm stays. ") + sentenceOf(done.error().message), {}, {}});
        return;
    }
    verifyAgain();
}

void AuditScreen::goTo(Seq seq) {
    const int row = m_model->rowOf(seq);
    if (row >= 0) {
        m_table->selectRow(row);
        return;
    }
    // Not in the window: show the trail up to it.
    m_wanted = seq;
    m_filters->clear();
    AuditFilter filter;
    filter.before = Seq(seq.value + 1);
    m_model->setQuery(m_session, m_witness, filter);
}

QString AuditScreen::suggestedPath() const {
    const QString documents = QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation);
    const QString folder = QDir(documents).exists() ? documents : QDir::homePath();
    const QString day = stampText(context().fleet.clock().wallNow()).left(10);
    return QDir(folder).filePath(u"gnomon-audit-"_s + m_session->name() + u'-' + day + u".cbor"_s);
}

void AuditScreen::openExport() {
    OverlayLayer& layer = OverlayLayer::of(*this);
    if (!m_session.isNull() && !layer.isOpen()) {
        m_exporter->forget();
        openExportSheet(layer, *m_exporter, m_exporter->running() ? m_exporter->path() : suggestedPath(),
                        [this](const QString& path) { startExport(path); });
    }
}

void AuditScreen::startExport(const QString& path) {
    if (m_session.isNull()) {
        return;
    }
    proof::ExportOptions options;
    if (!m_witness.isNull()) {
        options.key = m_witness->key();
        options.seen = m_witness->trust().pinned;
    }
    m_exporter->start(*m_session, path, std::move(options));
}

void AuditScreen::focusFilter() {
    m_filters->setFocus(Qt::ShortcutFocusReason);
}

// Out of the filters and back to what they found.
bool AuditScreen::closeTopLayer() {
    const QWidget* focused = focusWidget();
    if (focused == nullptr || !m_filters->isAncestorOf(focused)) {
        return false;
    }
    m_table->setFocus(Qt::ShortcutFocusReason);
    return true;
}

void AuditScreen::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Backspace) {
        m_table->setFocus(Qt::ShortcutFocusReason);
    } else if (event->key() == Qt::Key_F && event->modifiers() == Qt::ShiftModifier) {
        m_filters->clear();
    } else {
        Screen::keyPressEvent(event);
    }
}

void AuditScreen::showEvent(QShowEvent* event) {
    Screen::showEvent(event);
    const NodeUpdate* latest = m_session.isNull() ? nullptr : m_session->latest();
    if (latest != nullptr &&
        (m_model->load() != EvidenceTable::Load::Ready || latest->auditHead.size > m_model->logSize())) {
        query();
    }
    m_proving.start();
}

QList<Command> AuditScreen::commands() {
    if (m_session.isNull()) {
        return {};
    }
    return {{tr("Export the audit trail of %1…").arg(m_session->name()), u"Ctrl+E"_s, [this] { openExport(); }},
            {tr("Verify the audit trail of %1 again").arg(m_session->name()), {}, [this] { verifyAgain(); }},
            {tr("Clear the audit filters"), u"Shift+F"_s, [this] { m_filters->clear(); }}};
}

QList<KeyHelp> AuditScreen::keys() const {
    return {{u"/"_s, tr("Filter by words; Esc leaves the field")},
            {u"Shift+F"_s, tr("Take all filters off")},
            {u"Enter"_s, tr("Into the record")},
            {u"Backspace"_s, tr("Back to the list")},
            {u"Ctrl+E"_s, tr("Export and check")},
            {u"Ctrl+C"_s, tr("Copy the row")}};
}

QByteArray AuditScreen::saveState() const {
    QByteArray state;
    QDataStream out(&state, QIODevice::WriteOnly);
    out << m_filters->save() << m_table->saveColumns();
    return state;
}

void AuditScreen::restoreState(const QByteArray& state) {
    QDataStream in(state);
    QByteArray filters;
    QByteArray columns;
    in >> filters >> columns;
    if (in.status() == QDataStream::Ok) {
        m_table->restoreColumns(columns);
        m_filters->restore(filters);
        query();
    }
}

ScreenEntry auditScreen() {
    return {u"audit"_s, AuditScreen::tr("Audit"), u"audit"_s, QKeySequence(Qt::ALT | Qt::Key_4),
            [](const ConsoleContext& context, QWidget* parent) { return new AuditScreen(context, parent); }};
}

} // namespace gnomon::ui
