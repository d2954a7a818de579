// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QPointer>

#include "ui/bridge/node_session.h"
#include "ui/models/service_record.h"

#include <optional>
#include <utility>
#include <vector>

namespace gnomon::ui {

// What stands behind one endpoint's comparison: its history and, where a newcomer is in production, how the version
// before it got on with the shadow. Each is asked for once per change. GUI thread only.
class ComparisonBackground final : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

    // Another endpoint, or another node that answers for it: everything known is dropped.
    void follow(NodeSession* session, const EndpointName& endpoint);
    void forget();
    // What is known now; asks for what is missing.
    Background of(const Comparison& comparison);
    // Asks for the history again, also when that failed.
    void refresh() { m_historyUpTo = {}; }

Q_SIGNALS:
    void changed();

private:
    void askForHistory(GenerationNumber upTo);
    void askForEarlier(const ServiceRecord& record, VersionNumber shadow);

    QPointer<NodeSession> m_session;
    EndpointName m_endpoint;
    GenerationNumber m_historyUpTo;
    std::vector<Generation> m_history;
    Request m_historyRequest;
    std::pair<GenerationNumber, VersionNumber> m_earlierOf; // the newcomer's arrival, the shadow
    std::optional<EarlierPairs> m_earlier;
    Request m_earlierRequest;
};

} // namespace gnomon::ui
