// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace gnomon::ui {

// Makes every ChartView known to screen readers as a chart, with its name, its summary and the value under its cursor.
// Qt Charts itself tells them nothing. Any number of calls has the effect of one.
void installChartAccessibility();

} // namespace gnomon::ui
