// SPDX-License-Identifier: GPL-3.0-or-later
// How the connect screen takes over a profile file.
#include "ui/views/connect/connect_screen.h"

#include "ui/models/failure.h"

#include <QFileDialog>

namespace gnomon::ui {

namespace {

QString listed(const std::vector<port::ConnectionProfile>& profiles) {
    QStringList names;
    for (const port::ConnectionProfile& profile : profiles) {
        names.append(QString::fromStdString(profile.name));
    }
    return names.join(QStringLiteral(", "));
}

} // namespace

void ConnectScreen::chooseImport() {
    auto* dialog = new QFileDialog(this, tr("Import connections"), {}, tr("Profiles (*.json);;All files (*)"));
    dialog->setObjectName(QStringLiteral("connectionImportDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) { importFrom(path.toStdString()); });
    dialog->open();
}

void ConnectScreen::importFrom(const std::filesystem::path& file) {
    const auto read = readProfileFile(file);
    if (!read) {
        Q_EMIT messageRaised({Tone::Act,
                              sentenceOf(read.error().message) + QStringLiteral(" ") + sentenceOf(read.error().remedy),
                              {},
                              {}});
        return;
    }
    const ProfileImport import = planImport(*read, context().fleet.profiles());
    if (!saveAll(import.added)) {
        return;
    }
    const QString done = import.added.empty() ? QString() : tr("Imported: %1.").arg(listed(import.added));
    if (!import.changed.empty()) {
        askAbout(import.changed, done);
    } else {
        Q_EMIT messageRaised(
            {Tone::Info, done.isEmpty() ? tr("Everything in that file is known already.") : done, {}, {}});
    }
}

void ConnectScreen::askAbout(const std::vector<ProfileImport::Change>& changes, const QString& done) {
    QStringList words;
    std::vector<port::ConnectionProfile> after;
    for (const ProfileImport::Change& change : changes) {
        words.append(tr("%1 (%2)").arg(QString::fromStdString(change.before.name),
                                       change.differences().join(QStringLiteral(", "))));
        after.push_back(change.after);
    }
    const QString text = tr("Known already, and different in the file: %1.").arg(words.join(QStringLiteral("; ")));
    Q_EMIT messageRaised(
        {Tone::Watch, done.isEmpty() ? text : done + QStringLiteral(" ") + text, tr("Update"), [this, after] {
             if (saveAll(after)) {
                 Q_EMIT messageRaised({Tone::Info, tr("Updated: %1.").arg(listed(after)), {}, {}});
             }
         }});
}

// The last one is shown.
bool ConnectScreen::saveAll(const std::vector<port::ConnectionProfile>& profiles) {
    for (const port::ConnectionProfile& profile : profiles) {
        const Status saved = context().fleet.saveProfile(profile);
        if (!saved.ok()) {
            Q_EMIT messageRaised({Tone::Act,
                                  tr("%1 could not be saved. %2")
                                      .arg(QString::fromStdString(profile.name), sentenceOf(saved.error().message)),
                                  {},
                                  {}});
            return false;
        }
        m_chosen.clear();
        select(profile.id);
        choose();
    }
    return true;
}

} // namespace gnomon::ui
