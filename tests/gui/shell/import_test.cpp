// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QFileDialog>
#include <QLabel>
#include <QPushButton>
#include <QTemporaryDir>

#include "tests/support/fake_window.h"
#include "ui/widgets/message_strip.h"

using namespace gnomon;
using namespace gnomon::test;
using namespace gnomon::ui;
using namespace Qt::StringLiterals;

// Taking connections over from a file, as somebody does who was handed a folder.
class ImportTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<FakeWindow> m_w;

    QString file(const QString& connections) const {
        for (const QString& name : {u"ca.crt"_s, u"ana.crt"_s, u"ana.key"_s, u"profile.json"_s}) {
            QFile made(m_folder->filePath(name));
            const QString text = uR"({"gnomon_profile": 1, "ca": "ca.crt", "certificate": "ana.crt", "key": "ana.key",
                "connections": [%1]})"_s.arg(connections);
            if (!made.open(QIODevice::WriteOnly) || made.write(text.toUtf8()) < 0) {
                return {};
            }
        }
        return m_folder->filePath(u"profile.json"_s);
    }
    // Through the dialog, as a person does.
    void import(const QString& connections) {
        const QString path = file(connections);
        m_w->find<QPushButton>("connectionImport")->click();
        auto* dialog = m_w->find<QFileDialog>("connectionImportDialog");
        QVERIFY(dialog != nullptr);
        Q_EMIT dialog->fileSelected(path);
        delete dialog;
    }
    MessageStrip& strip() const { return *m_w->window->findChild<MessageStrip*>(); }
    const port::ConnectionProfile* known(const std::string& name) const {
        const auto& all = m_w->console.store.stored;
        const auto found = std::ranges::find(all, name, &port::ConnectionProfile::name);
        return found == all.end() ? nullptr : &*found;
    }

private Q_SLOTS:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        m_w = std::make_unique<FakeWindow>();
        m_w->console.add("eu"); // 127.0.0.1:7443, production
        QVERIFY(m_w->open());
        m_w->window->showScreen(u"connect"_s);
    }

    void newConnectionsAreThereAtOnceAndChosen() {
        import(uR"({"name": "us", "address": "us.example.org:8443", "environment": "test"})"_s);
        QVERIFY(known("us") != nullptr);
        QCOMPARE(known("us")->keyFile, m_folder->filePath(u"ana.key"_s).toStdString());
        QVERIFY2(strip().text().contains(u"Imported: us."_s), qPrintable(strip().text()));
        QCOMPARE(m_w->find<QLabel>("connectionTitle")->text(), u"us"_s);
        import(uR"({"name": "us", "address": "us.example.org:8443", "environment": "test"})"_s);
        QVERIFY2(strip().text().contains(u"known already"_s), qPrintable(strip().text()));
        QCOMPARE(m_w->console.store.stored.size(), std::size_t{2});
    }

    void oneThatIsKnownIsChangedOnlyWhenSomebodySaysSo() {
        const std::string id = known("eu")->id;
        import(uR"({"name": "eu", "address": "eu.example.org:8443", "environment": "test"})"_s);
        QCOMPARE(known("eu")->address, std::string("127.0.0.1:7443"));
        QVERIFY2(strip().text().contains(u"address 127.0.0.1:7443 → eu.example.org:8443"_s),
                 qPrintable(strip().text()));
        QVERIFY2(strip().text().contains(u"PRODUCTION → TEST"_s), qPrintable(strip().text()));
        const auto buttons = strip().findChildren<QAbstractButton*>();
        const auto update =
            std::ranges::find_if(buttons, [](const QAbstractButton* button) { return button->text() == u"Update"_s; });
        QVERIFY(update != buttons.end());
        (*update)->click();
        QCOMPARE(known("eu")->address, std::string("eu.example.org:8443"));
        QCOMPARE(known("eu")->id, id);
        QVERIFY(known("eu")->connectAtStart); // the file says nothing about it
        QVERIFY2(strip().text().contains(u"Updated: eu."_s), qPrintable(strip().text()));
    }

    void aBadFileChangesNothingAndSaysWhy() {
        import(uR"({"name": "us", "address": "us.example.org:8443", "environment": "test"}, {"name": "x"})"_s);
        QVERIFY(known("us") == nullptr);
        QVERIFY2(strip().text().contains(u"Nothing was imported"_s), qPrintable(strip().text()));
        QVERIFY2(strip().text().contains(u"connection 2: address"_s), qPrintable(strip().text()));
    }
};

QTEST_MAIN(ImportTest)
#include "import_test.moc"
