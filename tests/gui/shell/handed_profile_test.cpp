// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QTest>

#include "tests/support/run_program.h"

using namespace gnomon;
using namespace Qt::StringLiterals;

// An administrator issues, a colleague imports: the two programs agree about the file between them.
class HandedProfileTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;

    std::string path(const char* name) const { return m_folder.filePath(QString::fromLatin1(name)).toStdString(); }
    test::ProgramEnd issue(const char* uri, const char* out, const char* more) const {
        return test::runProgram("gnomonctl pki issue --dir " + path("authority") + " --uri spiffe://example.org/" +
                                uri + " --out " + path(out) + " " + more);
    }
    test::ProgramEnd import(const char* file, const char* more = "") const {
        return test::runProgram("gnomon --profile-db " + path("console.db") + " --import-profile " + path(file) + " " +
                                more);
    }

private Q_SLOTS:
    void initTestCase() {
        qunsetenv("QT_QPA_PLATFORM"); // as on a server: needs no display
        const test::ProgramEnd made =
            test::runProgram("gnomonctl pki init --trust-domain example.org --dir " + path("authority"));
        QVERIFY2(made.code == 0, made.text.c_str());
    }

    void whatIsIssuedIsImported() {
        test::ProgramEnd end = issue("console/ana/desk", "ana/ana",
                                     "--profile eu=eu.example.org:8443 --profile us=us.example.org:8443 "
                                     "--environment production");
        QVERIFY2(end.code == 0, end.text.c_str());
        end = import("ana/ana.profile.json");
        QVERIFY2(end.code == 0, end.text.c_str());
        QCOMPARE(end.text, std::string("added eu: eu.example.org:8443\nadded us: us.example.org:8443\n"));
        end = import("ana/ana.profile.json");
        QCOMPARE(end.text, std::string("known already: eu\nknown already: us\n"));
    }

    void oneThatIsKnownIsReplacedOnlyWhenAsked() {
        QVERIFY(issue("console/ana/laptop", "later/ana", "--profile us=us-2.example.org:8443 --environment production")
                    .code == 0);
        test::ProgramEnd end = import("later/ana.profile.json");
        QCOMPARE(end.code, 4);
        QVERIFY2(end.text.find("us.example.org:8443 → us-2.example.org:8443") != std::string::npos, end.text.c_str());
        QVERIFY2(end.text.find("--replace") != std::string::npos, end.text.c_str());
        end = import("later/ana.profile.json", "--replace");
        QVERIFY2(end.code == 0 && end.text.starts_with("updated us: "), end.text.c_str());
        QCOMPARE(import("later/ana.profile.json").text, std::string("known already: us\n"));
    }

    void aProfileIsForAConsoleAndNamesItsNodes() {
        QCOMPARE(issue("caller/shop/checkout", "c/c", "--profile eu=eu.example.org:8443").code, 2);
        QCOMPARE(issue("console/bob/desk", "b/b", "--profile eu.example.org:8443").code, 2);
        QCOMPARE(issue("console/bob/desk", "b/b", "--profile eu=a:1 --profile eu=b:1").code, 2);
        QVERIFY(!QFile::exists(m_folder.filePath(u"b/b.key"_s))); // a mistake issues nothing
    }
};

QTEST_GUILESS_MAIN(HandedProfileTest)
#include "handed_profile_test.moc"
