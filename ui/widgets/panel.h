// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

namespace gnomon::ui {

// The bare ground of something that lies on top: a sheet, the palette. Its subclass lays it out.
class Panel : public QFrame {
    Q_OBJECT
public:
    using QFrame::QFrame;

protected:
    void paintEvent(QPaintEvent* event) override;
};

} // namespace gnomon::ui
