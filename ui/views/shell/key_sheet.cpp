// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/shell/key_sheet.h"

#include "ui/widgets/labels.h"

#include <QGridLayout>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

KeySheet::KeySheet(const QString& screenTitle, const QList<KeyHelp>& screenKeys, QWidget* parent) : Panel(parent) {
    setObjectName(u"keySheet"_s);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Keys"));
    const QList<KeyHelp> everywhere = {
        {tr("Alt+1 … Alt+5"), tr("screens; Ctrl+Tab goes to the next")},
        {tr("Ctrl+K"), tr("find a screen, an endpoint or a command")},
        {tr("F8"), tr("fall back the selected endpoint: opens the sheet, never acts by itself")},
        {tr("Ctrl+Return"), tr("confirm a change; Return alone never does")},
        {tr("/"), tr("filter the list")},
        {tr("F5"), tr("refresh")},
        {tr("U"), tr("times in UTC or in local time")},
        {tr("Ctrl+C"), tr("copy the selected rows as a table")},
        {tr("Esc"), tr("close what is on top")},
        {tr("F1 or ?"), tr("this sheet")},
    };
    auto* grid = new QGridLayout(this);
    const int pad = px(this, theme::kDistances.large);
    grid->setContentsMargins(pad, pad, pad, pad);
    grid->setHorizontalSpacing(pad);
    grid->setVerticalSpacing(px(this, theme::kDistances.small));
    int row = 0;
    const auto section = [&](const QString& title, const QList<KeyHelp>& keys) {
        grid->addWidget(new TextLabel(TextStyle::Heading, title, this), row++, 0, 1, 2);
        for (const KeyHelp& key : keys) {
            grid->addWidget(new TextLabel(TextStyle::Fixed, key.keys, this), row, 0);
            grid->addWidget(new TextLabel(TextStyle::Muted, key.what, this), row++, 1);
        }
    };
    section(tr("Everywhere"), everywhere);
    if (!screenKeys.isEmpty()) {
        grid->setRowMinimumHeight(row++, px(this, theme::kDistances.medium));
        section(screenTitle, screenKeys);
    }
}

} // namespace gnomon::ui
