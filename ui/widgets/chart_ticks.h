// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/widgets/chart_data.h"

namespace gnomon::ui {

// At most `most` marks between low and high at times that people use (whole seconds to whole days), as the zone's
// clocks show them, across a change of daylight saving too. The first mark of another day names the day.
QList<ChartTick> timeTicks(double low, double high, int most, const QTimeZone& zone);

// At most `most` marks at 1, 2 or 5 times a power of ten.
QList<ChartTick> numberTicks(double low, double high, int most, ChartUnit unit);

// The same for a logarithmic axis: `at` is the decimal logarithm.
QList<ChartTick> logTicks(double low, double high, int most, ChartUnit unit);

// step: the distance that must stay visible; 0: three significant digits.
QString chartNumber(double value, ChartUnit unit, double step = 0);

} // namespace gnomon::ui
