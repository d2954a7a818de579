// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/gnomon-tour/console_driver.h"

#include <QDir>
#include <QJsonObject>
#include <QStringList>

namespace gnomon::ui {
class Theme;
}

namespace gnomon::app {

// Shows every screen and does every change that the demo promises, by keyboard, and writes what it saw: a picture of
// each screen in both themes, the texts beside it, the exported audit trail and tour.json. GUI thread only.
class Tour {
public:
    Tour(QWidget& window, ui::Theme& theme, const QDir& out)
        : m_driver(window), m_window(window), m_theme(theme), m_out(out) {}

    // True when everything was as it must be; failures are in tour.json and on standard error.
    bool run();

private:
    bool connected();
    void changes();
    void change(const QString& command, const QString& reason, const QString& picture);
    void screens();
    void audit();
    // Waits until the window shows all of `must`, then writes NAME-light and NAME-dark with their texts.
    void picture(const QString& name, const QStringList& must);
    void fail(const QString& what);
    void write(const QString& file, const QByteArray& data);

    ConsoleDriver m_driver;
    QWidget& m_window;
    ui::Theme& m_theme;
    const QDir m_out;
    int m_changes = 0;
    int m_pictures = 0;
    qint64 m_records = 0;
    bool m_verified = false;
    QStringList m_failures;
};

} // namespace gnomon::app
