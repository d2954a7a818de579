// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

class QApplication;
class QDBusVariant;

namespace gnomon::ui {

enum class ThemeChoice { System, Light, Dark };

// Keeps the application's style and palette: light, dark, or as the desktop says, also when that changes meanwhile.
// Asks the desktop over D-Bus without waiting; without an answer the palette at start decides. GUI thread only.
class Theme final : public QObject {
    Q_OBJECT
public:
    explicit Theme(QApplication& application, QObject* parent = nullptr);

    ThemeChoice choice() const { return m_choice; }
    void setChoice(ThemeChoice choice);
    bool dark() const;

Q_SIGNALS:
    void changed();

private Q_SLOTS:
    void takeDesktopSetting(const QString& group, const QString& key, const QDBusVariant& value);

private:
    void askDesktop();
    void apply();

    QApplication& m_application;
    ThemeChoice m_choice = ThemeChoice::System;
    bool m_systemDark;
};

} // namespace gnomon::ui
