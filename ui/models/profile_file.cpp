// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/profile_file.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QUuid>

#include "backend/base/bytes.h"
#include "backend/base/files.h"
#include "ui/models/connection_doctor.h"
#include "ui/models/format.h"

#include <algorithm>
#include <set>

namespace gnomon::ui {

using namespace Qt::StringLiterals;
using port::ConnectionProfile;
using port::EnvironmentClass;

namespace {

constexpr std::size_t kMostBytes = 64 << 10;
constexpr qsizetype kMostConnections = 200;
constexpr qsizetype kLongestText = 300;

// One file being read; every complaint names it.
class Reader {
public:
    explicit Reader(const std::filesystem::path& file) : m_file(file) {}

    Result<std::vector<ConnectionProfile>> read() const {
        GNOMON_ASSIGN(const std::string text, readFile(m_file, kMostBytes));
        QJsonParseError problem;
        const QJsonDocument document = QJsonDocument::fromJson(QByteArray::fromStdString(text), &problem);
        if (!document.isObject()) {
            const auto line =
                1 + std::count(text.begin(), text.begin() + std::min<std::ptrdiff_t>(problem.offset, std::ssize(text)),
                               '\n');
            return complaint(problem.error == QJsonParseError::NoError
                                 ? "it is not one JSON object"
                                 : "line " + std::to_string(line) + ": " + problem.errorString().toStdString());
        }
        const QJsonObject root = document.object();
        if (!root.contains(u"gnomon_profile"_s)) {
            return complaint("it is not a profile of connections: gnomon_profile is missing");
        }
        if (root.value(u"gnomon_profile"_s) != 1) {
            return complaint("gnomon_profile is not 1, the only version that this console knows");
        }
        GNOMON_TRY(onlyKeys(root, {u"gnomon_profile"_s, u"ca"_s, u"certificate"_s, u"key"_s, u"connections"_s}, ""));
        ConnectionProfile shared;
        GNOMON_ASSIGN(shared.caFile, fileBeside(root, u"ca"_s));
        GNOMON_ASSIGN(shared.certificateFile, fileBeside(root, u"certificate"_s));
        GNOMON_ASSIGN(shared.keyFile, fileBeside(root, u"key"_s));
        return connections(root.value(u"connections"_s), shared);
    }

private:
    Error complaint(const std::string& cause, const std::string& remedy = "ask whoever made it for another one") const {
        return {ErrorCode::InvalidArgument, "nothing was imported from " + m_file.string() + ": " + cause, remedy};
    }

    Status onlyKeys(const QJsonObject& object, const QStringList& known, const std::string& where) const {
        for (const QString& key : object.keys()) {
            if (!known.contains(key)) {
                return complaint(where + "'" + printable(key.toStdString(), 80) + "' is not a key of a profile file");
            }
        }
        return {};
    }

    Result<std::string> text(const QJsonObject& object, const QString& key, const std::string& where) const {
        const QJsonValue value = object.value(key);
        const QString said = value.toString();
        if (!value.isString() || said.trimmed().isEmpty() || said.size() > kLongestText) {
            return complaint(where + key.toStdString() + " must be a text of 1 to " + std::to_string(kLongestText) +
                             " characters");
        }
        if (printable(said.toStdString(), 4 * kLongestText) != said.toStdString()) {
            return complaint(where + key.toStdString() + " holds characters that cannot be shown");
        }
        return said.trimmed().toStdString();
    }

    // A plain name: a file that somebody sends must not point at others of this machine.
    Result<std::string> fileBeside(const QJsonObject& root, const QString& key) const {
        GNOMON_ASSIGN(const std::string name, text(root, key, ""));
        if (name.find('/') != std::string::npos || name == "." || name == "..") {
            return complaint(key.toStdString() + " must be the name of a file beside it, not '" + name + "'");
        }
        std::error_code ignored;
        const std::filesystem::path path =
            std::filesystem::absolute(m_file, ignored).lexically_normal().parent_path() / name;
        if (!std::filesystem::is_regular_file(path, ignored)) {
            return complaint(path.string() + ", its " + key.toStdString() + ", is not there",
                             "keep the files of the folder that you were given together");
        }
        return path.string();
    }

    Result<std::vector<ConnectionProfile>> connections(const QJsonValue& value, const ConnectionProfile& shared) const {
        const QJsonArray array = value.toArray();
        if (array.isEmpty() || array.size() > kMostConnections) {
            return complaint("connections must be a list of 1 to " + std::to_string(kMostConnections));
        }
        std::vector<ConnectionProfile> all;
        std::set<std::string> names;
        for (const QJsonValue& item : array) {
            GNOMON_ASSIGN(ConnectionProfile profile, connection(item, shared, all.size() + 1));
            if (!names.insert(profile.name).second) {
                return complaint("two connections are called '" + profile.name + "'");
            }
            all.push_back(std::move(profile));
        }
        return all;
    }

    Result<ConnectionProfile> connection(const QJsonValue& value, ConnectionProfile profile, std::size_t number) const {
        const std::string where = "connection " + std::to_string(number) + ": ";
        if (!value.isObject()) {
            return complaint(where + "it must be a JSON object");
        }
        const QJsonObject object = value.toObject();
        GNOMON_TRY(onlyKeys(object, {u"name"_s, u"address"_s, u"environment"_s, u"server_name"_s}, where));
        GNOMON_ASSIGN(profile.name, text(object, u"name"_s, where));
        GNOMON_ASSIGN(profile.address, text(object, u"address"_s, where));
        GNOMON_ASSIGN(const std::string environment, text(object, u"environment"_s, where));
        if (environment != "production" && environment != "test" && environment != "practice") {
            return complaint(where + "environment must be production, test or practice, not '" + environment + "'");
        }
        profile.environment = environment == "production" ? EnvironmentClass::Production
                              : environment == "test"     ? EnvironmentClass::Test
                                                          : EnvironmentClass::Practice;
        const QJsonValue serverName = object.value(u"server_name"_s);
        if (!serverName.isUndefined() && serverName != u""_s) {
            GNOMON_ASSIGN(profile.serverName, text(object, u"server_name"_s, where));
        }
        if (const QString problem = profileProblem(profile); !problem.isEmpty()) {
            return complaint(where + problem.toStdString());
        }
        return profile;
    }

    const std::filesystem::path m_file;
};

} // namespace

Result<std::vector<ConnectionProfile>> readProfileFile(const std::filesystem::path& file) {
    return Reader(file).read();
}

QStringList ProfileImport::Change::differences() const {
    QStringList all;
    const auto compare = [&](const QString& what, const QString& was, const QString& is) {
        if (was != is) {
            const QString nothing = QCoreApplication::translate("ProfileImport", "none");
            all.append(QCoreApplication::translate("ProfileImport", "%1 %2 → %3")
                           .arg(what, was.isEmpty() ? nothing : was, is.isEmpty() ? nothing : is));
        }
    };
    const auto text = [](const std::string& words) { return QString::fromStdString(words); };
    const auto tr = [](const char* words) { return QCoreApplication::translate("ProfileImport", words); };
    compare(tr("address"), text(before.address), text(after.address));
    compare(tr("environment"), environmentWord(before.environment), environmentWord(after.environment));
    compare(tr("authority"), text(before.caFile), text(after.caFile));
    compare(tr("certificate"), text(before.certificateFile), text(after.certificateFile));
    compare(tr("key"), text(before.keyFile), text(after.keyFile));
    compare(tr("expected name"), text(before.serverName), text(after.serverName));
    compare(tr("TLS"), before.plaintext ? tr("off") : tr("on"), after.plaintext ? tr("off") : tr("on"));
    return all;
}

ProfileImport planImport(const std::vector<ConnectionProfile>& read, const std::vector<ConnectionProfile>& known) {
    ProfileImport import;
    for (ConnectionProfile profile : read) {
        const auto before = std::ranges::find(known, profile.name, &ConnectionProfile::name);
        if (before == known.end()) {
            profile.id = QUuid::createUuid().toString(QUuid::Id128).toStdString();
            import.added.push_back(std::move(profile));
            continue;
        }
        profile.id = before->id;
        profile.readOnly = before->readOnly;
        profile.connectAtStart = before->connectAtStart;
        if (profile == *before) {
            import.unchanged.push_back(std::move(profile));
        } else {
            import.changed.push_back({*before, std::move(profile)});
        }
    }
    return import;
}

} // namespace gnomon::ui
