// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/connect/doctor_panel.h"

#include "ui/widgets/labels.h"
#include "ui/widgets/state_badge.h"

#include <QGridLayout>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

Tone toneOf(DoctorStep::State state) {
    switch (state) {
    case DoctorStep::State::Open:
        return Tone::Open;
    case DoctorStep::State::Running:
        return Tone::Stale;
    case DoctorStep::State::Passed:
        return Tone::Calm;
    case DoctorStep::State::Warned:
        return Tone::Watch;
    case DoctorStep::State::Failed:
        return Tone::Act;
    }
    return Tone::Open;
}

} // namespace

DoctorPanel::DoctorPanel(QWidget* parent) : QWidget(parent), m_grid(new QGridLayout(this)) {
    setObjectName(u"doctor"_s);
    m_grid->setContentsMargins({});
    m_grid->setHorizontalSpacing(px(this, theme::kDistances.large));
    m_grid->setVerticalSpacing(px(this, theme::kDistances.small));
    m_grid->setColumnStretch(1, 1);
}

void DoctorPanel::setSteps(const std::vector<DoctorStep>& steps) {
    int row = 0;
    for (const DoctorStep& step : steps) {
        const QString name = u"doctor_"_s + step.id;
        auto* badge = findChild<StateBadge*>(name);
        auto* text = findChild<TextLabel*>(name + u"Text"_s);
        if (badge == nullptr) {
            badge = new StateBadge(this);
            badge->setObjectName(name);
            text = new TextLabel(TextStyle::Body, {}, this);
            text->setObjectName(name + u"Text"_s);
            text->setWordWrap(true);
            text->setTextInteractionFlags(Qt::TextSelectableByMouse);
            m_grid->addWidget(badge, row, 0, Qt::AlignTop);
            m_grid->addWidget(text, row, 1);
        }
        badge->setState(toneOf(step.state), step.title);
        text->setText(step.finding);
        ++row;
    }
    show();
}

void DoctorPanel::clear() {
    qDeleteAll(findChildren<QWidget*>(QString(), Qt::FindDirectChildrenOnly));
    hide();
}

} // namespace gnomon::ui
