// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QTest>

#include "tests/support/run_program.h"

using namespace gnomon;

// What the program can do where there is no display, as on a server.
class StartTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        for (const char* name : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}) {
            qunsetenv(name);
        }
    }

    void helpAndVersionNeedNoDisplay() {
        const test::ProgramEnd help = test::runProgram("gnomon --help");
        QCOMPARE(help.code, 0);
        QVERIFY(help.text.find("--add-profile") != std::string::npos);
        const test::ProgramEnd version = test::runProgram("gnomon --version");
        QCOMPARE(version.code, 0);
        QVERIFY2(version.text.starts_with("gnomon "), version.text.c_str());
    }

    void aProfileIsKeptWithoutADisplay() {
        const QTemporaryDir folder;
        const std::string file = folder.filePath(QStringLiteral("console.db")).toStdString();
        const test::ProgramEnd added =
            test::runProgram("gnomon --profile-db " + file + " --connect eu --add-profile localhost:8443");
        QVERIFY2(added.code == 0, added.text.c_str());
        QVERIFY(QFile::exists(QString::fromStdString(file)));
        QCOMPARE(test::runProgram("gnomon --profile-db " + file + " --add-profile localhost:8443").code, 2);
    }
};

QTEST_GUILESS_MAIN(StartTest)
#include "start_test.moc"
