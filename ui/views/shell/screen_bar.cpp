// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/shell/screen_bar.h"

#include "ui/bridge/coalescer.h"
#include "ui/bridge/node_session.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/screen_tab.h"

#include <QButtonGroup>
#include <QComboBox>
#include <QHBoxLayout>
#include <QPainter>
#include <QPushButton>
#include <QToolButton>

#include <algorithm>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

ScreenBar::ScreenBar(const ConsoleContext& context, const std::vector<ScreenEntry>& screens, QWidget* parent)
    : QWidget(parent), m_context(context), m_buttons(new QButtonGroup(this)), m_picker(new QComboBox(this)),
      m_palette(new QPushButton(this)), m_zone(new QToolButton(this)), m_menu(new QToolButton(this)) {
    setObjectName(u"screenBar"_s);
    auto* row = new QHBoxLayout(this);
    const int pad = px(this, theme::kDistances.small);
    row->setContentsMargins(pad, 0, pad, 0);
    row->setSpacing(0);
    for (std::size_t i = 0; i < screens.size(); ++i) {
        const ScreenEntry& entry = screens[i];
        auto* tab = new ScreenTab(lineIcon(entry.icon), entry.title, this);
        tab->setObjectName(entry.id + u"Tab"_s);
        tab->setToolTip(tr("%1 (%2)").arg(entry.title, entry.key.toString(QKeySequence::NativeText)));
        m_buttons->addButton(tab, static_cast<int>(i));
        row->addWidget(tab);
    }
    m_buttons->setExclusive(true);
    connect(m_buttons, &QButtonGroup::idClicked, this, &ScreenBar::screenChosen);

    m_picker->setObjectName(u"endpointPicker"_s);
    m_picker->setAccessibleName(tr("Selected endpoint"));
    m_picker->setToolTip(tr("The endpoint that Compare, Control and F8 are about"));
    m_picker->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_picker->setMinimumWidth(px(this, 12));
    connect(m_picker, &QComboBox::activated, this, [this](int at) {
        const QStringList key = m_picker->itemData(at).toStringList();
        if (key.size() == 2) {
            m_context.selection.select(key[0].toStdString(), EndpointName(key[1].toStdString()));
        }
    });
    m_palette->setObjectName(u"paletteButton"_s);
    m_palette->setIcon(lineIcon(u"search"_s));
    m_palette->setText(tr("Search or run…   Ctrl+K"));
    connect(m_palette, &QPushButton::clicked, this, &ScreenBar::paletteRequested);
    m_zone->setObjectName(u"zoneButton"_s);
    m_zone->setAutoRaise(true);
    m_zone->setToolTip(tr("Times in UTC or in local time (U)"));
    connect(m_zone, &QToolButton::clicked, this, [this] { m_context.time.setUtc(!m_context.time.utc()); });
    m_menu->setObjectName(u"menuButton"_s);
    m_menu->setAccessibleName(tr("Menu"));
    m_menu->setIcon(lineIcon(u"menu"_s));
    m_menu->setAutoRaise(true);
    m_menu->setPopupMode(QToolButton::InstantPopup);
    row->addSpacing(px(this, theme::kDistances.large));
    row->addWidget(m_picker);
    row->addStretch();
    row->addWidget(m_palette);
    row->addSpacing(pad);
    row->addWidget(m_zone);
    row->addWidget(m_menu);

    auto* soon = new Coalescer(
        kNamesCadence, [this] { fillPicker(); }, this);
    connect(&context.fleet, &Fleet::sessionChanged, soon, &Coalescer::ask);
    connect(&context.fleet, &Fleet::sessionRemoved, this, &ScreenBar::fillPicker);
    connect(&context.selection, &Selection::changed, this, &ScreenBar::fillPicker);
    connect(&context.time, &TimeDisplay::changed, this, &ScreenBar::showZone);
    fillPicker();
    showZone();
}

void ScreenBar::setCurrent(int screen) {
    m_buttons->button(screen)->setChecked(true);
}

// In alphabetical order, so that an entry is where it was a moment ago, however the fleet sorts itself. Refilled only
// when there is another list, for the popup may be open.
void ScreenBar::fillPicker() {
    QList<QStringList> entries;
    for (const NodeSession* session : m_context.fleet.sessions()) {
        if (const NodeUpdate* latest = session->latest()) {
            for (const EndpointSnapshot& snapshot : latest->endpoints) {
                const QString endpoint = QString::fromStdString(snapshot.settings.name.value);
                entries.append({tr("%1  ·  %2").arg(endpoint, session->name()),
                                QString::fromStdString(session->profile().id), endpoint});
            }
        }
    }
    std::ranges::sort(entries);
    if (entries != m_entries || m_picker->count() == 0) {
        m_entries = entries;
        m_picker->clear();
        for (const QStringList& entry : entries) {
            m_picker->addItem(entry[0], entry.mid(1));
        }
        m_picker->setPlaceholderText(entries.empty() ? tr("no endpoint known") : tr("choose an endpoint"));
        m_picker->setEnabled(!entries.empty());
    }
    const QStringList wanted{QString::fromStdString(m_context.selection.profile()),
                             QString::fromStdString(m_context.selection.endpoint().value)};
    const auto chosen = std::ranges::find(m_entries, wanted, [](const QStringList& entry) { return entry.mid(1); });
    m_picker->setCurrentIndex(chosen == m_entries.end() ? -1 : static_cast<int>(chosen - m_entries.begin()));
}

void ScreenBar::showZone() {
    m_zone->setText(m_context.time.utc() ? tr("UTC") : tr("Local"));
    m_zone->setAccessibleName(m_context.time.utc() ? tr("Times are in UTC") : tr("Times are local"));
}

void ScreenBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const theme::Colors& colors = colorsOf(palette());
    painter.fillRect(rect(), colorOf(colors.raised));
    painter.setPen(colorOf(colors.border));
    painter.drawLine(0, height() - 1, width(), height() - 1);
}

} // namespace gnomon::ui
