// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "ui/models/change_actions.h"

class QVBoxLayout;

namespace gnomon::ui {

// The changes that can be made to an endpoint, the safest on top. What cannot be done now stays visible and says why.
class ActionList final : public QWidget {
    Q_OBJECT
public:
    explicit ActionList(QWidget* parent = nullptr);
    void setActions(const std::vector<ChangeAction>& actions);

Q_SIGNALS:
    void chosen(const gnomon::ChangeRequest& request);

private:
    void rebuild();

    std::vector<ChangeAction> m_actions;
    QVBoxLayout* m_column;
};

} // namespace gnomon::ui
