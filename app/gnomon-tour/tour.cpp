// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gnomon-tour/tour.h"
#include "ui/widgets/theme.h"

#include <QApplication>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QPixmap>

#include <cstdio>

namespace gnomon::app {

using namespace Qt::StringLiterals;

namespace {

const QString kSpam = u"spam-filter"_s;
const QString kCredit = u"credit-approval"_s;

} // namespace

bool Tour::run() {
    if (connected()) {
        screens();
        changes();
        audit();
    }
    QJsonObject report{{u"changes_made"_s, m_changes},
                       {u"audit_records"_s, m_records},
                       {u"audit_verified"_s, m_verified},
                       {u"screens"_s, m_pictures},
                       {u"failures"_s, QJsonArray::fromStringList(m_failures)}};
    write(u"tour.json"_s, QJsonDocument(report).toJson());
    return m_failures.isEmpty();
}

bool Tour::connected() {
    m_driver.runFromPalette(u"Go to Fleet"_s);
    if (!m_driver.waitFor([this] { return m_driver.rows(u"fleetTable"_s) >= 2; }, 30000)) {
        fail(u"the node did not show its endpoints:\n"_s + visibleTexts(m_window));
        return false;
    }
    return true;
}

void Tour::screens() {
    picture(u"fleet"_s, {kSpam, kCredit, u"demo"_s, u"Promoted"_s});
    m_driver.runFromPalette(u"Go to Connect"_s);
    picture(u"connect"_s, {u"demo"_s, u"127.0.0.1"_s});
    for (const QString& endpoint : {kSpam, kCredit}) {
        m_driver.runFromPalette(u"Compare "_s + endpoint);
        // The node's figures change twice a second; the screen has had its first answer when it shows pairs.
        QStringList must{endpoint, u"Coverage"_s, u"v2"_s};
        if (endpoint == kCredit) { // v3 is in production by mistake, and nobody is to be told to keep it
            must << u"v3 is the newcomer"_s << u"Roll back to v1"_s;
        }
        picture(u"compare-"_s + endpoint, must);
    }
    m_driver.runFromPalette(u"Control "_s + kCredit);
    picture(u"control"_s, {kCredit, u"Fall back"_s, u"Disable"_s});
    m_driver.press(Qt::CTRL | Qt::Key_K);
    picture(u"palette"_s, {u"Go to Fleet"_s});
    m_driver.press(Qt::Key_Escape);
}

void Tour::changes() {
    m_driver.runFromPalette(u"Control "_s + kSpam);
    m_driver.press(Qt::Key_F8);
    m_driver.waitFor([this] {
        return m_driver.find(u"changeConfirm"_s) != nullptr && m_driver.find(u"changeConfirm"_s)->isEnabled();
    });
    picture(u"change-sheet"_s, {u"Now"_s, u"Then"_s, kSpam});
    change({}, u"drill: the spam filter looks wrong"_s, u"proof-of-effect"_s);
    change(u"Restore "_s + kSpam, u"drill is over"_s, {});
    m_driver.runFromPalette(u"Control "_s + kCredit);
    change(u"Roll back "_s + kCredit, u"v3 refers almost everybody"_s, {});
    change(u"Disable "_s + kCredit, u"drill: nobody may be approved now"_s, {});
    picture(u"control-disabled"_s, {kCredit, u"DISABLED"_s});
    change(u"Enable "_s + kCredit, u"drill is over"_s, {});
}

void Tour::change(const QString& command, const QString& reason, const QString& pictureName) {
    if (!command.isEmpty() && !m_driver.runFromPalette(command)) {
        return fail(u"the palette does not offer: "_s + command);
    }
    const QString problem = m_driver.confirmChange(reason);
    if (!problem.isEmpty()) {
        fail(command + u": "_s + problem);
    } else {
        ++m_changes;
    }
    if (!pictureName.isEmpty()) {
        picture(pictureName, {u"answered by"_s});
    }
    m_driver.closeSheet();
}

void Tour::audit() {
    m_driver.runFromPalette(u"Go to Audit"_s);
    m_driver.waitFor([this] { return m_driver.rows(u"auditTable"_s) > 10; });
    m_driver.pause(1500); // until the node told of its newest records
    m_driver.press(Qt::Key_F5);
    m_driver.waitFor([this] { return m_driver.find(u"auditNewer"_s) == nullptr; });
    m_records = m_driver.rows(u"auditTable"_s);
    if (!m_driver.waitFor([this] { return m_driver.text(u"trustBar"_s).contains(u"verified"_s, Qt::CaseInsensitive); },
                          30000)) {
        fail(u"the log was not verified in the console: "_s + m_driver.text(u"trustBar"_s));
    }
    picture(u"audit"_s, {u"rollback"_s, u"disable"_s, u"restore"_s, u"verified"_s});
    const QString file = m_out.filePath(u"audit-export"_s);
    QFile::remove(file);
    m_driver.press(Qt::CTRL | Qt::Key_E);
    if (!m_driver.waitFor([this] { return m_driver.find(u"exportPath"_s) != nullptr; })) {
        return fail(u"Ctrl+E does not ask where to export to"_s);
    }
    m_driver.type(file);
    m_driver.press(Qt::CTRL | Qt::Key_Return);
    m_verified = m_driver.waitFor(
        [this] { return m_driver.text(u"exportState"_s).contains(u"verified"_s, Qt::CaseInsensitive); }, 60000);
    if (!m_verified || !QFile::exists(file)) {
        fail(u"the export was not written and verified: "_s + m_driver.text(u"exportState"_s));
    }
    picture(u"audit-export"_s, {u"verified"_s});
}

void Tour::picture(const QString& name, const QStringList& must) {
    const auto missing = [&] {
        const QString texts = visibleTexts(m_window);
        QStringList left;
        for (const QString& text : must) {
            if (!texts.contains(text, Qt::CaseInsensitive)) {
                left.append(text);
            }
        }
        return left;
    };
    if (!m_driver.waitFor([&] { return missing().isEmpty(); }, 10000)) {
        fail(name + u" does not show: "_s + missing().join(u", "_s));
    }
    for (const auto& [theme, suffix] :
         {std::pair{ui::ThemeChoice::Light, u"-light"_s}, {ui::ThemeChoice::Dark, u"-dark"_s}}) {
        m_theme.setChoice(theme);
        m_driver.pause(400); // for charts to lay themselves out anew
        const QString file = m_out.filePath(name + suffix);
        if (!m_window.grab().save(file + u".png"_s)) {
            fail(u"cannot write "_s + file + u".png"_s);
        }
        write(name + suffix + u".txt"_s, visibleTexts(m_window).toUtf8());
    }
    ++m_pictures;
}

void Tour::fail(const QString& what) {
    std::fprintf(stderr, "tour: %s\n", qPrintable(what));
    m_failures.append(what);
}

void Tour::write(const QString& file, const QByteArray& data) {
    QFile out(m_out.filePath(file));
    if (!out.open(QIODevice::WriteOnly) || out.write(data) != data.size()) {
        fail(u"cannot write "_s + out.fileName());
    }
}

} // namespace gnomon::app
