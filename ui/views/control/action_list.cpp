// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/control/action_list.h"

#include "ui/widgets/icons.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/tokens.h"

#include <QPushButton>
#include <QVBoxLayout>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

QString buttonName(ChangeKind kind) {
    return u"action_"_s + QString::fromUtf8(changeKindName(kind));
}

} // namespace

ActionList::ActionList(QWidget* parent) : QWidget(parent), m_column(new QVBoxLayout(this)) {
    m_column->setContentsMargins({});
    m_column->setSpacing(px(this, theme::kDistances.hair));
}

// The buttons are made once; only their words and whether they can be pressed change, so that the focus stays.
void ActionList::setActions(const std::vector<ChangeAction>& actions) {
    if (actions == m_actions) {
        return;
    }
    const bool same = actions.size() == m_actions.size();
    m_actions = actions;
    if (!same) {
        rebuild();
    }
    for (const ChangeAction& action : m_actions) {
        auto* button = findChild<QPushButton*>(buttonName(action.kind));
        auto* text = findChild<TextLabel*>(buttonName(action.kind) + u"Text"_s);
        const bool can = action.blocked.isEmpty();
        button->setEnabled(can);
        button->setIcon(action.denied ? lineIcon(u"lock"_s) : QIcon());
        button->setAccessibleDescription(can ? action.description : action.blocked);
        text->setText(can ? action.description : action.blocked);
    }
}

void ActionList::rebuild() {
    qDeleteAll(findChildren<QWidget*>(QString(), Qt::FindDirectChildrenOnly));
    std::optional<Direction> group;
    for (std::size_t i = 0; i < m_actions.size(); ++i) {
        const ChangeKind kind = m_actions[i].kind;
        if (group != directionOf(kind)) {
            group = directionOf(kind);
            const bool safe = group == Direction::Safe;
            if (i > 0) {
                m_column->addSpacing(px(this, theme::kDistances.medium));
            }
            m_column->addWidget(new TextLabel(
                TextStyle::Heading, safe ? tr("Back to known-good") : tr("Forward: asks for a reason"), this));
        }
        auto* button = new QPushButton(m_actions[i].title, this);
        button->setObjectName(buttonName(kind));
        auto* text = new TextLabel(TextStyle::Muted, {}, this);
        text->setObjectName(buttonName(kind) + u"Text"_s);
        text->setWordWrap(true);
        connect(button, &QPushButton::clicked, this, [this, i] { Q_EMIT chosen(m_actions[i].request); });
        m_column->addWidget(button);
        m_column->addWidget(text);
        m_column->addSpacing(px(this, theme::kDistances.small));
    }
    m_column->addStretch();
}

} // namespace gnomon::ui
