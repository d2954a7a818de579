// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "backend/domain/comparison.h"
#include "ui/views/shell/screen.h"

class QComboBox;

namespace gnomon::ui {

class ChartLegend;
class FactBar;

// Which endpoint of which node is compared, which versions, and how much evidence there is.
class CompareHeader final : public QWidget {
    Q_OBJECT
public:
    explicit CompareHeader(const ConsoleContext& context, QWidget* parent = nullptr);

    // The endpoints of all connected nodes, the selected one current.
    void showEndpoints();
    void showComparison(const Comparison& comparison, const EndpointSnapshot* endpoint);
    void clear();

private:
    const ConsoleContext m_context;
    QComboBox* m_endpoint;
    ChartLegend* m_versions;
    FactBar* m_facts;
};

} // namespace gnomon::ui
