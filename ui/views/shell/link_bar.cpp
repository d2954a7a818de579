// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/shell/link_bar.h"

#include "ui/bridge/node_session.h"
#include "ui/models/evidence_format.h"
#include "ui/models/link_words.h"
#include "ui/widgets/cell_delegate.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/state_badge.h"

#include <QHBoxLayout>
#include <QPainter>
#include <QToolButton>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

LinkBar::LinkBar(const ConsoleContext& context, QWidget* parent)
    : QWidget(parent), m_context(context), m_row(new QHBoxLayout(this)),
      m_clock(new TextLabel(TextStyle::Muted, {}, this)) {
    setObjectName(u"linkBar"_s);
    const int pad = px(this, theme::kDistances.medium);
    m_row->setContentsMargins(pad, 0, pad, 0);
    m_row->setSpacing(pad);
    m_row->addStretch();
    m_row->addWidget(m_clock);
    m_clock->setObjectName(u"clock"_s);
    setFixedHeight(px(this, 1.8));
    connect(&context.fleet, &Fleet::sessionAdded, this, &LinkBar::rebuild);
    connect(&context.fleet, &Fleet::sessionRemoved, this, &LinkBar::rebuild);
    connect(&context.fleet, &Fleet::sessionChanged, this, [this](const NodeSession* session) {
        for (const Entry& entry : m_entries) {
            if (entry.profile == session->profile().id) {
                showEntry(entry, *session);
            }
        }
    });
    connect(&context.fleet, &Fleet::ticked, this, &LinkBar::showState);
    connect(&context.time, &TimeDisplay::changed, this, &LinkBar::showState);
    rebuild();
}

void LinkBar::rebuild() {
    for (const Entry& entry : m_entries) {
        delete entry.badge;
        delete entry.now;
    }
    m_entries.clear();
    int at = 0;
    for (const NodeSession* session : m_context.fleet.sessions()) {
        const std::string id = session->profile().id;
        Entry entry{id, new StateBadge(this), new QToolButton(this)};
        entry.badge->setObjectName(u"link_"_s + session->name());
        entry.now->setObjectName(u"retry_"_s + session->name());
        entry.now->setAccessibleName(tr("Try %1 now").arg(session->name()));
        entry.now->setText(tr("Now"));
        connect(entry.now, &QToolButton::clicked, this, [this, id] {
            if (NodeSession* current = m_context.fleet.session(id)) {
                current->retryNow();
            }
        });
        m_row->insertWidget(at++, entry.badge);
        m_row->insertWidget(at++, entry.now);
        m_entries.append(entry);
    }
    showState();
}

void LinkBar::showState() {
    for (const Entry& entry : m_entries) {
        if (const NodeSession* session = m_context.fleet.session(entry.profile)) {
            showEntry(entry, *session);
        }
    }
    m_clock->setText((m_entries.isEmpty() ? tr("no node connected    ") : QString()) +
                     clockText(m_context.fleet.clock().wallNow(), m_context.time.zone()));
}

void LinkBar::showEntry(const Entry& entry, const NodeSession& session) {
    const LinkWords words = linkWords(session, m_context.time.zone());
    entry.badge->setState(toneOfCell(words.tone), session.name() + u"  "_s + words.word);
    entry.badge->setToolTip(words.sentence);
    entry.now->setVisible(words.canRetry);
}

void LinkBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const theme::Colors& colors = colorsOf(palette());
    painter.fillRect(rect(), colorOf(colors.raised));
    painter.setPen(colorOf(colors.border));
    painter.drawLine(0, 0, width(), 0);
}

} // namespace gnomon::ui
