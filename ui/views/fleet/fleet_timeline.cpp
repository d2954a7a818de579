// SPDX-License-Identifier: GPL-3.0-or-later
// The line of time beneath the fleet's table: what was changed, when, by whom.
#include "ui/bridge/node_session.h"
#include "ui/views/fleet/fleet_screen.h"
#include "ui/widgets/cell_delegate.h"
#include "ui/widgets/event_strip.h"
#include "ui/widgets/labels.h"

#include <QHBoxLayout>
#include <QVBoxLayout>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

double milliseconds(WallTime time) {
    return static_cast<double>(std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count());
}

} // namespace

QWidget* FleetScreen::makeTimeline() {
    m_timelineBox = new QWidget(this);
    m_timelineBox->setObjectName(u"fleetTimelineBox"_s);
    auto* column = new QVBoxLayout(m_timelineBox);
    column->setContentsMargins({});
    column->setSpacing(px(this, theme::kDistances.hair));
    auto* head = new QHBoxLayout;
    head->setSpacing(px(this, theme::kDistances.medium));
    auto* title = new TextLabel(TextStyle::Heading, tr("Changes"), m_timelineBox);
    m_change = new TextLabel(TextStyle::Muted, {}, m_timelineBox);
    m_change->setObjectName(u"fleetChange"_s);
    m_change->setOneLine();
    head->addWidget(title);
    head->addWidget(m_change, 1);
    m_timeline = new EventStrip(m_timelineBox);
    m_timeline->setObjectName(u"fleetTimeline"_s);
    m_timeline->setAccessibleName(tr("Changes of all endpoints"));
    title->setBuddy(m_timeline);
    column->addLayout(head);
    column->addWidget(m_timeline);
    connect(m_timeline, &EventStrip::cursorMoved, this, &FleetScreen::showChange);
    connect(m_timeline, &EventStrip::eventTaken, this, &FleetScreen::openChange);
    return m_timelineBox;
}

void FleetScreen::showTimeline() {
    m_changes = changeTimeline(context().fleet, m_history, context().time.zone());
    m_events.clear();
    for (const TimelineChange& change : m_changes) {
        m_events.append({milliseconds(change.time), toneOfCell(change.tone), change.label, change.text});
    }
    m_timelineBox->setVisible(!m_events.isEmpty());
    moveTimeline();
    showChange();
}

void FleetScreen::moveTimeline() {
    m_timeline->setEvents(m_events, milliseconds(context().fleet.clock().wallNow()), context().time.zone());
}

// What the cursor is on; the newest change while it is on none.
void FleetScreen::showChange() {
    const int at = m_timeline->cursor() >= 0 ? m_timeline->cursor() : static_cast<int>(m_changes.size()) - 1;
    const QString text = at < 0 ? QString() : m_changes[static_cast<std::size_t>(at)].text;
    m_change->setText(text);
    m_change->setToolTip(text);
}

void FleetScreen::openChange(int change) {
    const TimelineChange taken = m_changes.at(static_cast<std::size_t>(change));
    context().selection.select(taken.profile, taken.endpoint);
    Q_EMIT screenRequested(u"control"_s);
}

} // namespace gnomon::ui
