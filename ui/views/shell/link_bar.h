// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "ui/views/shell/screen.h"

class QHBoxLayout;
class QToolButton;

namespace gnomon::ui {

class StateBadge;
class TextLabel;

// The bottom line: how the link of each connected node stands, how old its data is, and when it is tried again.
class LinkBar final : public QWidget {
    Q_OBJECT
public:
    explicit LinkBar(const ConsoleContext& context, QWidget* parent = nullptr);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    struct Entry {
        std::string profile;
        StateBadge* badge;
        QToolButton* now;
    };
    void rebuild();
    void showState();
    void showEntry(const Entry& entry, const NodeSession& session);

    const ConsoleContext m_context;
    QHBoxLayout* m_row;
    QList<Entry> m_entries;
    TextLabel* m_clock;
};

} // namespace gnomon::ui
