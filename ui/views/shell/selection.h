// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

#include "backend/domain/ids.h"

#include <string>

namespace gnomon::ui {

// What all screens look at: one endpoint of one connected node. Either part may be empty. GUI thread only.
class Selection final : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

    const std::string& profile() const { return m_profile; }
    const EndpointName& endpoint() const { return m_endpoint; }

    void select(const std::string& profile, const EndpointName& endpoint) {
        if (profile != m_profile || !(endpoint == m_endpoint)) {
            m_profile = profile;
            m_endpoint = endpoint;
            Q_EMIT changed();
        }
    }

Q_SIGNALS:
    void changed();

private:
    std::string m_profile; // id of the connection profile
    EndpointName m_endpoint;
};

} // namespace gnomon::ui
