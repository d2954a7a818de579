// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "ui/views/shell/screen.h"

#include <QStringList>

#include <vector>

class QButtonGroup;
class QComboBox;
class QPushButton;
class QToolButton;

namespace gnomon::ui {

// The line with the screens, the selected endpoint, the palette, the zone and the menu.
class ScreenBar final : public QWidget {
    Q_OBJECT
public:
    ScreenBar(const ConsoleContext& context, const std::vector<ScreenEntry>& screens, QWidget* parent = nullptr);
    void setCurrent(int screen);
    QToolButton* menuButton() const { return m_menu; }

Q_SIGNALS:
    void screenChosen(int screen);
    void paletteRequested();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void fillPicker();
    void showZone();

    const ConsoleContext m_context;
    QButtonGroup* m_buttons;
    QComboBox* m_picker;
    QList<QStringList> m_entries; // text, profile, endpoint
    QPushButton* m_palette;
    QToolButton* m_zone;
    QToolButton* m_menu;
};

} // namespace gnomon::ui
