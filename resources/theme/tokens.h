// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

// Every colour and distance of the console, in one place. Text colours have a contrast of 4.5:1 or more on each
// background that they are used on, shapes 3:1; tests/models/theme proves it over all pairs.
namespace gnomon::theme {

struct Colors {
    // Grounds.
    std::uint32_t window;    // behind everything
    std::uint32_t surface;   // tables, panes, fields
    std::uint32_t raised;    // headers, cards, bars
    std::uint32_t border;    // hairlines between them
    std::uint32_t edge;      // outlines of controls
    std::uint32_t hover;     // a control under the pointer
    std::uint32_t selection; // a selected row; text keeps its colours on it
    std::uint32_t hatch;     // stripes over what is stale
    // Text.
    std::uint32_t text;
    std::uint32_t muted;    // labels, units, what is not the point
    std::uint32_t disabled; // controls that cannot be used; exempt from the contrast rule
    std::uint32_t accent;   // links, focus, the shadow
    std::uint32_t onAccent;
    // States: the shape's colour, the word's colour and a quiet ground of the same hue.
    std::uint32_t act;
    std::uint32_t actText;
    std::uint32_t actGround;
    std::uint32_t watch;
    std::uint32_t watchText;
    std::uint32_t watchGround;
    std::uint32_t calm;
    std::uint32_t calmText;
    std::uint32_t info;
    std::uint32_t infoText;
    std::uint32_t infoGround;
    // Data: production is neutral, the shadow is blue.
    std::uint32_t production;
    std::uint32_t shadow;
    // Environments, always with their word.
    std::uint32_t environmentProduction;
    std::uint32_t environmentTest;
    std::uint32_t environmentPractice;
    std::uint32_t onEnvironment;
    // The button that confirms a change.
    std::uint32_t danger;
    std::uint32_t onDanger;
};

inline constexpr Colors kLight{
    .window = 0xF3F4F6,
    .surface = 0xFFFFFF,
    .raised = 0xF9FAFB,
    .border = 0xE1E4E8,
    .edge = 0xC3C8D0,
    .hover = 0xE9ECF0,
    .selection = 0xDCEAF6,
    .hatch = 0xD5D9DF,
    .text = 0x1B1E23,
    .muted = 0x575D67,
    .disabled = 0x9AA0A9,
    .accent = 0x0068A3,
    .onAccent = 0xFFFFFF,
    .act = 0xD55E00,
    .actText = 0xA33F00,
    .actGround = 0xFCEFE6,
    .watch = 0xA8780A,
    .watchText = 0x7A5400,
    .watchGround = 0xFAF3DF,
    .calm = 0x737A85,
    .calmText = 0x575D67,
    .info = 0x0072B2,
    .infoText = 0x00598C,
    .infoGround = 0xE6F1F9,
    .production = 0x404040,
    .shadow = 0x0072B2,
    .environmentProduction = 0x8C1D40,
    .environmentTest = 0x1C6B66,
    .environmentPractice = 0x565D6B,
    .onEnvironment = 0xFFFFFF,
    .danger = 0xB84A00,
    .onDanger = 0xFFFFFF,
};

inline constexpr Colors kDark{
    .window = 0x16171A,
    .surface = 0x1E1F22,
    .raised = 0x25272B,
    .border = 0x33363C,
    .edge = 0x4B5059,
    .hover = 0x2D3035,
    .selection = 0x213B4E,
    .hatch = 0x3A3D43,
    .text = 0xE1E4E8,
    .muted = 0xA9AFB9,
    .disabled = 0x686E78,
    .accent = 0x6CBDEC,
    .onAccent = 0x0D1B24,
    .act = 0xE06A10,
    .actText = 0xFF9A5C,
    .actGround = 0x382519,
    .watch = 0xC9962A,
    .watchText = 0xE3B95A,
    .watchGround = 0x322B1A,
    .calm = 0x8A919C,
    .calmText = 0xA9AFB9,
    .info = 0x56B4E9,
    .infoText = 0x8CCBF1,
    .infoGround = 0x1B2B37,
    .production = 0xC8C8C8,
    .shadow = 0x56B4E9,
    .environmentProduction = 0x8C1D40,
    .environmentTest = 0x1C6B66,
    .environmentPractice = 0x565D6B,
    .onEnvironment = 0xFFFFFF,
    .danger = 0xB84A00,
    .onDanger = 0xFFFFFF,
};

// Distances as shares of the height of a line of text, so that they follow the font and the screen.
struct Distances {
    double hair = 0.15;  // between a shape and its word
    double small = 0.35; // between parts of one thing
    double medium = 0.6; // between things
    double large = 1.1;  // around a page
    double row = 1.75;   // height of a table's row
    double radius = 0.25;
    double stripe = 0.25; // the environment's stripe
};
inline constexpr Distances kDistances{};

} // namespace gnomon::theme
