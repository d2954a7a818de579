// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/chart_ticks.h"

#include <QDateTime>
#include <QLocale>

#include <algorithm>
#include <array>
#include <cmath>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 kSecond = 1000;
constexpr qint64 kMinute = 60 * kSecond;
constexpr qint64 kHour = 60 * kMinute;
constexpr qint64 kDay = 24 * kHour;
constexpr std::array<qint64, 20> kTimeSteps = {kSecond,      2 * kSecond,  5 * kSecond, 10 * kSecond, 15 * kSecond,
                                               30 * kSecond, kMinute,      2 * kMinute, 5 * kMinute,  10 * kMinute,
                                               15 * kMinute, 30 * kMinute, kHour,       2 * kHour,    3 * kHour,
                                               6 * kHour,    12 * kHour,   kDay,        2 * kDay,     7 * kDay};

QString timeLabel(const QDateTime& time, qint64 step, bool newDay) {
    if (step >= kDay || newDay) {
        return QLocale::c().toString(time.date(), u"d MMM"_s);
    }
    return time.toString(step < kMinute ? u"HH:mm:ss"_s : u"HH:mm"_s);
}

// The smallest of 1, 2, 5 times a power of ten that is at least raw.
double niceStep(double raw) {
    const double power = std::pow(10.0, std::floor(std::log10(raw)));
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (power * factor >= raw * (1 - 1e-9)) {
            return power * factor;
        }
    }
    return power * 10;
}

int decimalsFor(double step) {
    return std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 9);
}

QString plain(double value, double step) {
    const QLocale locale = QLocale::c();
    if (step > 0) {
        return locale.toString(value, 'f', decimalsFor(step));
    }
    if (value == 0) {
        return u"0"_s;
    }
    const int digits = 2 - static_cast<int>(std::floor(std::log10(std::abs(value)) + 1e-9));
    QString text = locale.toString(value, 'f', std::clamp(digits, 0, 9));
    if (text.contains(u'.')) {
        while (text.endsWith(u'0')) {
            text.chop(1);
        }
        if (text.endsWith(u'.')) {
            text.chop(1);
        }
    }
    return text;
}

} // namespace

QList<ChartTick> timeTicks(double low, double high, int most, const QTimeZone& zone) {
    QList<ChartTick> ticks;
    if (!(high > low) || most < 1) {
        return ticks;
    }
    const double raw = (high - low) / most;
    qint64 step = kTimeSteps.back();
    const auto* found = std::find_if(kTimeSteps.begin(), kTimeSteps.end(),
                                     [raw](qint64 candidate) { return static_cast<double>(candidate) >= raw; });
    if (found != kTimeSteps.end()) {
        step = *found;
    } else {
        step *= static_cast<qint64>(std::ceil(raw / static_cast<double>(step)));
    }
    const qint64 days = std::max<qint64>(1, step / kDay);
    const qint64 inDay = std::min(step, kDay);
    const QDateTime first = QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(low), zone);
    QDate day = first.date();
    QDate labelled = day;
    qint64 last = std::numeric_limits<qint64>::min();
    qint64 clock = first.time().msecsSinceStartOfDay() / inDay * inDay;
    for (;; day = day.addDays(1), clock = 0) {
        if (static_cast<double>(QDateTime(day, QTime(0, 0), zone).toMSecsSinceEpoch()) > high) {
            return ticks;
        }
        if (day.toJulianDay() % days != 0) {
            continue;
        }
        for (; clock < kDay; clock += inDay) {
            const QDateTime wanted(day, QTime::fromMSecsSinceStartOfDay(static_cast<int>(clock)), zone);
            const qint64 at = wanted.toMSecsSinceEpoch();
            const QDateTime time = QDateTime::fromMSecsSinceEpoch(at, zone); // another one where `wanted` was skipped
            if (static_cast<double>(at) < low || static_cast<double>(at) > high || at <= last) {
                continue; // outside, or an hour that daylight saving skipped
            }
            ticks.append({static_cast<double>(at), timeLabel(time, step, time.date() != labelled)});
            labelled = time.date();
            last = at;
        }
    }
}

QList<ChartTick> numberTicks(double low, double high, int most, ChartUnit unit) {
    QList<ChartTick> ticks;
    if (!(high > low) || most < 1) {
        return ticks;
    }
    const double step = niceStep((high - low) / most);
    for (double k = std::ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k += 1) {
        ticks.append({k * step, chartNumber(k == 0 ? 0.0 : k * step, unit, step)});
    }
    return ticks;
}

QList<ChartTick> logTicks(double low, double high, int most, ChartUnit unit) {
    const auto collect = [&](std::initializer_list<double> factors) {
        QList<ChartTick> ticks;
        for (double power = std::floor(std::log10(low)); power <= std::ceil(std::log10(high)); power += 1) {
            for (const double factor : factors) {
                const double value = factor * std::pow(10.0, power);
                if (value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9)) {
                    ticks.append({std::log10(value), chartNumber(value, unit)});
                }
            }
        }
        return ticks;
    };
    if (!(low > 0) || !(high > low)) {
        return {};
    }
    for (const auto& factors : {std::initializer_list<double>{1, 2, 3, 4, 5, 7}, {1, 2, 5}, {1, 3}, {1}}) {
        QList<ChartTick> ticks = collect(factors);
        if (ticks.size() <= std::max(2, most)) {
            return ticks;
        }
    }
    return collect({1});
}

QString chartNumber(double value, ChartUnit unit, double step) {
    switch (unit) {
    case ChartUnit::Number:
        return plain(value, step);
    case ChartUnit::SignedNumber:
        return value > 0 ? u"+"_s + plain(value, step) : plain(value, step).replace(u'-', u'\u2212');
    case ChartUnit::Percent:
        return plain(value * 100, step * 100) + u" %"_s;
    case ChartUnit::Seconds:
        if (std::abs(value) >= 0.9995) {
            return plain(value, step) + u" s"_s;
        }
        if (std::abs(value) >= 0.0009995) {
            return plain(value * 1e3, step * 1e3) + u" ms"_s;
        }
        return plain(value * 1e6, step * 1e6) + u" µs"_s;
    }
    return {};
}

} // namespace gnomon::ui
