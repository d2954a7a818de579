// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "ui/models/connection_doctor.h"

class QGridLayout;

namespace gnomon::ui {

// The steps of an examination, each with its mark and its finding.
class DoctorPanel final : public QWidget {
    Q_OBJECT
public:
    explicit DoctorPanel(QWidget* parent = nullptr);
    void setSteps(const std::vector<DoctorStep>& steps);
    void clear();

private:
    QGridLayout* m_grid;
};

} // namespace gnomon::ui
