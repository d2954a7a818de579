// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/theme.h"

#include "ui/widgets/console_style.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/tokens.h"

#include <QApplication>
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QDBusVariant>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

const QString kService = u"org.freedesktop.portal.Desktop"_s;
const QString kPath = u"/org/freedesktop/portal/desktop"_s;
const QString kInterface = u"org.freedesktop.portal.Settings"_s;
const QString kGroup = u"org.freedesktop.appearance"_s;
const QString kKey = u"color-scheme"_s;
constexpr uint kPrefersDark = 1; // 0: no preference, 2: light

} // namespace

Theme::Theme(QApplication& application, QObject* parent)
    : QObject(parent), m_application(application),
      m_systemDark(application.palette().color(QPalette::Window).lightness() < 128) {
    application.setStyle(new ConsoleStyle);
    application.setWindowIcon(applicationIcon());
    askDesktop();
    apply();
}

void Theme::setChoice(ThemeChoice choice) {
    m_choice = choice;
    apply();
}

bool Theme::dark() const {
    return m_choice == ThemeChoice::System ? m_systemDark : m_choice == ThemeChoice::Dark;
}

void Theme::askDesktop() {
    QDBusConnection bus = QDBusConnection::sessionBus();
    if (!bus.isConnected()) {
        return;
    }
    bus.connect(kService, kPath, kInterface, u"SettingChanged"_s, this,
                SLOT(takeDesktopSetting(QString, QString, QDBusVariant)));
    QDBusMessage question = QDBusMessage::createMethodCall(kService, kPath, kInterface, u"Read"_s);
    question << kGroup << kKey;
    auto* watcher = new QDBusPendingCallWatcher(bus.asyncCall(question), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, watcher] {
        const QDBusPendingReply<QDBusVariant> reply = *watcher;
        if (reply.isValid()) {
            takeDesktopSetting(kGroup, kKey, reply.value());
        }
        watcher->deleteLater();
    });
}

void Theme::takeDesktopSetting(const QString& group, const QString& key, const QDBusVariant& value) {
    if (group != kGroup || key != kKey) {
        return;
    }
    QVariant inner = value.variant();
    if (inner.canConvert<QDBusVariant>()) { // Read wraps its answer twice
        inner = inner.value<QDBusVariant>().variant();
    }
    m_systemDark = inner.toUInt() == kPrefersDark;
    apply();
}

void Theme::apply() {
    m_application.setPalette(paletteFor(dark() ? theme::kDark : theme::kLight));
    Q_EMIT changed();
}

} // namespace gnomon::ui
