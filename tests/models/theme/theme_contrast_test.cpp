// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "ui/widgets/tokens.h"

#include <cmath>

using namespace gnomon;
using namespace gnomon::ui;

namespace {

// WCAG 2.1, relative luminance and contrast ratio.
double channel(int value) {
    const double c = value / 255.0;
    return c <= 0.03928 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
}

double luminance(const QColor& color) {
    return 0.2126 * channel(color.red()) + 0.7152 * channel(color.green()) + 0.0722 * channel(color.blue());
}

double contrast(std::uint32_t a, std::uint32_t b) {
    const double la = luminance(colorOf(a));
    const double lb = luminance(colorOf(b));
    return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

struct Named {
    const char* name;
    std::uint32_t color;
};

void verifyAtLeast(double least, const Named& front, const Named& back) {
    const double ratio = contrast(front.color, back.color);
    QVERIFY2(ratio >= least, qPrintable(QStringLiteral("%1 on %2 is %3:1")
                                            .arg(QString::fromLatin1(front.name), QString::fromLatin1(back.name))
                                            .arg(ratio, 0, 'f', 2)));
}

} // namespace

class ThemeContrastTest : public QObject {
    Q_OBJECT

private:
    static void addThemes() {
        QTest::addColumn<bool>("dark");
        QTest::newRow("light") << false;
        QTest::newRow("dark") << true;
    }
    static const theme::Colors& colors() {
        QFETCH(const bool, dark);
        return dark ? theme::kDark : theme::kLight;
    }

private Q_SLOTS:
    void blackOnWhiteIsTwentyOne() { QVERIFY(std::abs(contrast(0x000000, 0xFFFFFF) - 21) < 0.01); }

    void textIsReadableOnEveryGround_data() { addThemes(); }
    void textIsReadableOnEveryGround() {
        const theme::Colors& c = colors();
        const Named grounds[] = {{"window", c.window},           {"surface", c.surface},
                                 {"raised", c.raised},           {"hover", c.hover},
                                 {"selection", c.selection},     {"actGround", c.actGround},
                                 {"watchGround", c.watchGround}, {"infoGround", c.infoGround}};
        const Named texts[] = {{"text", c.text},           {"muted", c.muted},       {"actText", c.actText},
                               {"watchText", c.watchText}, {"calmText", c.calmText}, {"infoText", c.infoText}};
        for (const Named& ground : grounds) {
            for (const Named& text : texts) {
                verifyAtLeast(4.5, text, ground);
            }
        }
        for (const Named& ground : {grounds[0], grounds[1], grounds[2]}) {
            verifyAtLeast(4.5, {"accent", c.accent}, ground);
        }
        verifyAtLeast(4.5, {"onAccent", c.onAccent}, {"accent", c.accent});
        verifyAtLeast(4.5, {"onDanger", c.onDanger}, {"danger", c.danger});
        for (const Named& environment : {Named{"production", c.environmentProduction}, Named{"test", c.environmentTest},
                                         Named{"practice", c.environmentPractice}}) {
            verifyAtLeast(4.5, {"onEnvironment", c.onEnvironment}, environment);
        }
    }

    void shapesAreSeenOnEveryGround_data() { addThemes(); }
    void shapesAreSeenOnEveryGround() {
        const theme::Colors& c = colors();
        const Named grounds[] = {
            {"window", c.window}, {"surface", c.surface}, {"raised", c.raised}, {"selection", c.selection}};
        const Named shapes[] = {{"act", c.act},   {"watch", c.watch},           {"calm", c.calm},
                                {"info", c.info}, {"production", c.production}, {"shadow", c.shadow}};
        for (const Named& ground : grounds) {
            for (const Named& shape : shapes) {
                verifyAtLeast(3.0, shape, ground);
            }
        }
    }

    void paletteIsFoundAgainFromItsLightness_data() { addThemes(); }
    void paletteIsFoundAgainFromItsLightness() {
        const theme::Colors& c = colors();
        QCOMPARE(&colorsOf(paletteFor(c)), &c);
    }
};

QTEST_GUILESS_MAIN(ThemeContrastTest)
#include "theme_contrast_test.moc"
