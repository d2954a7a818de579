// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gnomon/flags.h"

#include <algorithm>

namespace gnomon::app {

using namespace Qt::StringLiterals;

ConsoleCommandLine::ConsoleCommandLine() {
    m_parser.setApplicationDescription(u"Operate Gnomon serving nodes."_s);
    m_parser.addHelpOption();
    m_parser.addVersionOption();
    m_parser.addOptions({
        {u"profile-db"_s, u"File that keeps connections and settings."_s, u"file"_s},
        {u"connect"_s, u"Connect to the profile of this name."_s, u"name"_s},
        {u"theme"_s, u"light, dark or system."_s, u"theme"_s, u"system"_s},
        {u"add-profile"_s, u"Keep a profile with the name of --connect for this control address, and end."_s,
         u"host:port"_s},
        {u"environment"_s, u"With --add-profile: production, test or practice."_s, u"class"_s, u"test"_s},
        {u"ca"_s, u"With --add-profile: certificate of the authority (PEM)."_s, u"file"_s},
        {u"cert"_s, u"With --add-profile: your certificate (PEM)."_s, u"file"_s},
        {u"key"_s, u"With --add-profile: your key (PEM)."_s, u"file"_s},
        {u"server-name"_s, u"With --add-profile: name expected in the node's certificate."_s, u"name"_s},
        {u"import-profile"_s, u"Keep the connections of this profile file, and end."_s, u"file"_s},
        {u"replace"_s, u"With --import-profile: also those that are known and say something else."_s},
    });
}

bool ConsoleCommandLine::wantsWindow(const QStringList& arguments) {
    m_parser.parse(arguments); // mistakes are told by process()
    const QString endings[] = {u"help"_s, u"help-all"_s, u"version"_s, u"add-profile"_s, u"import-profile"_s};
    return std::ranges::none_of(endings, [this](const QString& option) { return m_parser.isSet(option); });
}

Result<ConsoleFlags> ConsoleCommandLine::process(const QCoreApplication& application) {
    m_parser.process(application);
    const auto value = [this](const QString& option) { return m_parser.value(option).toStdString(); };
    ConsoleFlags flags;
    flags.console.store =
        m_parser.isSet(u"profile-db"_s) ? std::filesystem::path(value(u"profile-db"_s)) : usualStore();
    flags.console.connect = value(u"connect"_s);
    const QString theme = m_parser.value(u"theme"_s);
    if (theme != u"light"_s && theme != u"dark"_s && theme != u"system"_s) {
        return Error{ErrorCode::InvalidArgument, "--theme must be light, dark or system"};
    }
    flags.console.theme = theme == u"light"_s  ? ui::ThemeChoice::Light
                          : theme == u"dark"_s ? ui::ThemeChoice::Dark
                                               : ui::ThemeChoice::System;
    flags.import = value(u"import-profile"_s);
    flags.replace = m_parser.isSet(u"replace"_s);
    if (!m_parser.isSet(u"add-profile"_s)) {
        return flags;
    }
    port::ConnectionProfile profile;
    profile.name = flags.console.connect;
    profile.address = value(u"add-profile"_s);
    profile.caFile = value(u"ca"_s);
    profile.certificateFile = value(u"cert"_s);
    profile.keyFile = value(u"key"_s);
    profile.serverName = value(u"server-name"_s);
    const QString environment = m_parser.value(u"environment"_s);
    profile.environment = environment == u"production"_s ? port::EnvironmentClass::Production
                          : environment == u"practice"_s ? port::EnvironmentClass::Practice
                                                         : port::EnvironmentClass::Test;
    if (profile.name.empty()) {
        return Error{ErrorCode::InvalidArgument, "--add-profile needs the profile's name in --connect"};
    }
    flags.add = profile;
    return flags;
}

} // namespace gnomon::app
