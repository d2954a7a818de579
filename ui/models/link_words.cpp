// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/link_words.h"

#include "ui/bridge/node_session.h"
#include "ui/models/evidence_format.h"
#include "ui/models/failure.h"
#include "ui/models/format.h"

#include <QCoreApplication>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("gnomon::ui::LinkWords", text);
}

QString lastHeard(const NodeSession& session, const QTimeZone& zone) {
    if (!session.lastHeard() || !session.age()) {
        return tr("Nothing was heard from this node yet.");
    }
    return tr("Last heard %1 (%2).").arg(clockText(*session.lastHeard(), zone), agoText(*session.age()));
}

QString because(const NodeSession& session) {
    return session.link().error ? QString(u' ' + sentenceOf(session.link().error->message)) : QString();
}

} // namespace

LinkWords linkWords(const NodeSession& session, const QTimeZone& zone) {
    switch (session.link().state) {
    case port::LinkState::Connecting:
        return {CellTone::Open, tr("connecting"), tr("Connecting to %1.").arg(session.name()), false};
    case port::LinkState::Live:
        if (session.freshness() == Freshness::Live) {
            return {CellTone::Calm,
                    tr("live %1").arg(durationText(session.age().value_or(std::chrono::milliseconds{0}))),
                    {},
                    false};
        }
        return {CellTone::Stale, session.age() ? durationText(*session.age()) : tr("silent"), lastHeard(session, zone),
                true};
    case port::LinkState::Waiting: {
        const auto left = session.retryIn().value_or(std::chrono::milliseconds{0});
        const QString when = durationText(std::chrono::ceil<std::chrono::seconds>(left));
        return {CellTone::Stale, tr("retry in %1").arg(when),
                lastHeard(session, zone) + tr(" Retrying in %1.").arg(when) + because(session), true};
    }
    case port::LinkState::Refused:
        return {CellTone::Act, tr("refused"),
                (session.link().error ? sentenceOf(session.link().error->message) : tr("The node refused.")) +
                    (session.link().error ? QString(u' ' + sentenceOf(session.link().error->remedy)) : QString()),
                true};
    case port::LinkState::Closed:
        return {CellTone::Open, tr("closed"), lastHeard(session, zone), false};
    }
    return {};
}

RowState rowStateOf(const NodeSession& session) {
    switch (session.freshness()) {
    case Freshness::Unknown:
        return session.link().state == port::LinkState::Connecting || session.link().state == port::LinkState::Live
                   ? RowState::Loading
                   : RowState::Failed;
    case Freshness::Live:
        return RowState::Live;
    case Freshness::Stale:
        return RowState::Stale;
    }
    return RowState::Failed;
}

} // namespace gnomon::ui
