// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QPointF>
#include <QString>
#include <QStringList>
#include <QTimeZone>

#include <optional>

namespace gnomon::ui {

// What a mark means to the eye; the theme gives it its colour. Reference is neutral and solid, Candidate blue,
// Alarm vermillion, Quiet recedes.
enum class ChartRole { Reference, Candidate, Alarm, Quiet };
enum class ChartStroke { Solid, Dashed };

struct ChartLine {
    QString name; // shown in the legend; empty: not listed
    ChartRole role = ChartRole::Reference;
    ChartStroke stroke = ChartStroke::Solid;
    QList<QPointF> points; // ascending in x
    bool dots = false;     // mark each point; for a few of them only

    bool operator==(const ChartLine&) const = default;
};

// The space between two lines of equal length, ascending in x.
struct ChartBand {
    QString name;
    ChartRole role = ChartRole::Candidate;
    QList<QPointF> lower;
    QList<QPointF> upper;

    bool operator==(const ChartBand&) const = default;
};

// A horizontal threshold with its name written on it.
struct ChartLevel {
    QString name;
    ChartRole role = ChartRole::Alarm;
    double y = 0;

    bool operator==(const ChartLevel&) const = default;
};

// A triangle on one point.
struct ChartMark {
    QPointF at;

    bool operator==(const ChartMark&) const = default;
};

// A place where the cursor stops, and one row of the table twin. cells go with ChartData::columns; y is where the dot
// sits.
struct ChartRow {
    double x = 0;
    double y = 0;
    QStringList cells;

    bool operator==(const ChartRow&) const = default;
};

enum class ChartScale { Time, Number, Category }; // Time: x is in milliseconds since 1970 UTC
enum class ChartUnit { Number, SignedNumber, Percent, Seconds };

struct ChartTick {
    double at = 0;
    QString label;

    bool operator==(const ChartTick&) const = default;
};

struct ChartX {
    ChartScale scale = ChartScale::Number;
    QTimeZone zone = QTimeZone::utc(); // only for Time
    QList<ChartTick> categories;       // only for Category
    std::optional<double> low;         // absent: from the data
    std::optional<double> high;
    bool selectable = false; // a stretch can be chosen by dragging or with Shift and the arrows

    bool operator==(const ChartX&) const = default;
};

struct ChartY {
    ChartUnit unit = ChartUnit::Number;
    bool logarithmic = false;
    std::optional<double> low;
    std::optional<double> high;

    bool operator==(const ChartY&) const = default;
};

// A vertical line with its name, such as a threshold.
struct ChartGuide {
    QString name;
    double x = 0;

    bool operator==(const ChartGuide&) const = default;
};

// A part of what a strip stacks. The fill sets it apart where the colour does not.
struct ChartLayer {
    QString name;
    ChartRole role = ChartRole::Alarm;
    Qt::BrushStyle fill = Qt::SolidPattern;

    bool operator==(const ChartLayer&) const = default;
};

// One stretch of a strip: the share of each layer, 0..1. The rest is as it should be.
struct ChartStep {
    double from = 0;
    double to = 0;
    QList<double> shares;

    bool operator==(const ChartStep&) const = default;
};

// A thin stack over the plot, along the same axis: where what the chart shows came short. However small, a share can be
// seen. Nothing is drawn where nothing is known.
struct ChartStrip {
    QString name; // beside it
    QList<ChartLayer> layers;
    QList<ChartStep> steps;

    bool operator==(const ChartStrip&) const = default;
};

// Everything that a chart shows, as one value. Bands need at most 300 points and lines 2,000; more are thinned out.
struct ChartData {
    QList<ChartBand> bands;
    QList<ChartLine> lines;
    QList<ChartLevel> levels;
    QList<ChartGuide> guides;
    QList<ChartMark> marks;
    QString markName; // what a mark says; in the legend as soon as there is one
    ChartStrip strip;
    ChartX x;
    ChartY y;
    QStringList columns;
    QList<ChartRow> rows;
    QString note;    // what must be known to read it ("axis starts at 94 %")
    QString summary; // one sentence that says what it shows, for those who cannot see it

    bool operator==(const ChartData&) const = default;
};

} // namespace gnomon::ui
