// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "ui/models/profile_file.h"

using namespace gnomon;
using namespace gnomon::ui;
using namespace Qt::StringLiterals;

namespace {

const auto kGood =
    uR"({"gnomon_profile": 1, "ca": "ca.crt", "certificate": "ana.crt", "key": "ana.key", "connections": [
    {"name": "payments", "address": "eu-1.example.org:8443", "environment": "production"},
    {"name": "search", "address": "10.0.0.2:8443", "environment": "test", "server_name": "search-1"}]})"_s;

} // namespace

class ProfileFileTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;

    std::string path(const QString& name) const { return m_folder->filePath(name).toStdString(); }
    void write(const QString& name, const QString& text) const {
        QFile file(m_folder->filePath(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(text.toUtf8()), text.toUtf8().size());
    }
    Result<std::vector<port::ConnectionProfile>> read(const QString& text) const {
        write(u"profile.json"_s, text);
        return readProfileFile(path(u"profile.json"_s));
    }

private Q_SLOTS:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        for (const QString& name : {u"ca.crt"_s, u"ana.crt"_s, u"ana.key"_s}) {
            write(name, u"-"_s);
        }
    }

    void everyConnectionUsesTheFilesBesideTheProfile() {
        const auto profiles = read(kGood);
        QVERIFY2(profiles.ok(), profiles.ok() ? "" : profiles.error().message.c_str());
        QCOMPARE(profiles->size(), std::size_t{2});
        const port::ConnectionProfile& first = profiles->front();
        QCOMPARE(first.name, std::string("payments"));
        QCOMPARE(first.address, std::string("eu-1.example.org:8443"));
        QVERIFY(first.environment == port::EnvironmentClass::Production);
        QCOMPARE(first.caFile, path(u"ca.crt"_s));
        QCOMPARE(first.certificateFile, path(u"ana.crt"_s));
        QCOMPARE(first.keyFile, path(u"ana.key"_s));
        QVERIFY(first.id.empty() && first.serverName.empty() && !first.plaintext);
        QCOMPARE(profiles->back().serverName, std::string("search-1"));
    }

    void whatIsNotAProfileIsRefusedWithTheCause_data() {
        QTest::addColumn<QString>("from"); // replaced in the good file
        QTest::addColumn<QString>("to");
        QTest::addColumn<QString>("cause");
        QTest::newRow("not JSON") << u"\"search-1\"}]"_s << u"\"search-1\"]"_s << u"line 3"_s;
        QTest::newRow("not an object") << kGood << u"[1]"_s << u"not one JSON object"_s;
        QTest::newRow("empty") << kGood << u""_s << u"line 1"_s;
        QTest::newRow("other JSON") << u"gnomon_profile"_s << u"name"_s << u"gnomon_profile is missing"_s;
        QTest::newRow("newer") << u"profile\": 1"_s << u"profile\": 2"_s << u"is not 1"_s;
        QTest::newRow("unknown key") << u"\"connections\""_s << u"\"colour\": 1, \"connections\""_s << u"'colour'"_s;
        QTest::newRow("no connections") << u"connections"_s << u"connection"_s << u"'connection'"_s;
        QTest::newRow("unknown key of one")
            << u"\"name\": \"search\""_s << u"\"name\": \"s\", \"plaintext\": true"_s << u"connection 2: 'plaintext'"_s;
        QTest::newRow("number for text") << u"\"payments\""_s << u"7"_s << u"connection 1: name must be a text"_s;
        QTest::newRow("blank name") << u"\"payments\""_s << u"\"  \""_s << u"name must be a text"_s;
        QTest::newRow("line break in a name") << u"payments"_s << u"pay\\nments"_s << u"cannot be shown"_s;
        QTest::newRow("no port") << u"10.0.0.2:8443"_s << u"10.0.0.2"_s << u"connection 2: "_s;
        QTest::newRow("environment") << u"\"production\""_s << u"\"PRODUCTION\""_s << u"not 'PRODUCTION'"_s;
        QTest::newRow("expected name") << u"\"search-1\""_s << u"[]"_s << u"server_name must be"_s;
        QTest::newRow("twice") << u"\"search\""_s << u"\"payments\""_s << u"two connections"_s;
        QTest::newRow("path") << u"\"ana.key\""_s << u"\"../ana.key\""_s << u"not '../ana.key'"_s;
        QTest::newRow("absolute path") << u"\"ca.crt\""_s << u"\"/etc/ca.crt\""_s << u"ca must be the name"_s;
        QTest::newRow("folder") << u"\"ca.crt\""_s << u"\"..\""_s << u"ca must be the name"_s;
        QTest::newRow("absent file") << u"\"ana.crt\""_s << u"\"bob.crt\""_s
                                     << u"bob.crt, its certificate, is not there"_s;
    }
    void whatIsNotAProfileIsRefusedWithTheCause() {
        QFETCH(const QString, from);
        QFETCH(const QString, to);
        QFETCH(const QString, cause);
        QVERIFY(kGood.contains(from));
        const auto refused = read(QString(kGood).replace(from, to));
        QVERIFY(!refused.ok());
        const QString message = QString::fromStdString(refused.error().message);
        QVERIFY2(message.contains(cause), qPrintable(message));
        QVERIFY2(message.contains(u"profile.json"_s), qPrintable(message));
        QVERIFY(!refused.error().remedy.empty());
    }

    void aLargeOrAbsentFileIsRefused() {
        QVERIFY(!read(kGood + QString(70000, u' ')).ok());
        QVERIFY(!readProfileFile(path(u"nowhere.json"_s)).ok());
    }

    void namesThatAreKnownAreComparedAndKeepWhatTheFileDoesNotSay() {
        const auto profiles = read(kGood);
        ProfileImport first = planImport(*profiles, {});
        QCOMPARE(first.added.size(), std::size_t{2});
        QVERIFY(first.changed.empty() && first.unchanged.empty());
        QVERIFY(first.added[0].id.size() == 32 && first.added[0].id != first.added[1].id);

        std::vector<port::ConnectionProfile> known = first.added;
        known[0].address = "eu-0.example.org:8443";
        known[0].environment = port::EnvironmentClass::Test;
        known[0].readOnly = true;
        known[1].connectAtStart = true;
        const ProfileImport again = planImport(*profiles, known);
        QVERIFY(again.added.empty());
        QCOMPARE(again.unchanged.size(), std::size_t{1});
        QVERIFY(again.unchanged[0] == known[1]);
        QCOMPARE(again.changed.size(), std::size_t{1});
        QCOMPARE(again.changed[0].after.id, known[0].id);
        QVERIFY(again.changed[0].after.readOnly);
        const QStringList differences = again.changed[0].differences();
        QCOMPARE(differences, (QStringList{u"address eu-0.example.org:8443 → eu-1.example.org:8443"_s,
                                           u"environment TEST → PRODUCTION"_s}));
    }
};

QTEST_GUILESS_MAIN(ProfileFileTest)
#include "profile_file_test.moc"
