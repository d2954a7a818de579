// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "ui/models/endpoint_model.h"
#include "ui/views/shell/screen.h"

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
    // endpoints must outlive the bar.
    ScreenBar(const ConsoleContext& context, const std::vector<ScreenEntry>& screens, const EndpointModel& endpoints,
              QWidget* parent = nullptr);
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
    const EndpointModel& m_endpoints;
    QButtonGroup* m_buttons;
    QComboBox* m_picker;
    QPushButton* m_palette;
    QToolButton* m_zone;
    QToolButton* m_menu;
};

} // namespace gnomon::ui
