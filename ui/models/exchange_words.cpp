// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/exchange_words.h"

#include <cmath>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

const Leg* productionLeg(const Exchange& exchange) {
    const Leg* production = exchange.find(LegRole::Production);
    return production != nullptr ? production : exchange.find(LegRole::Fallback);
}

const Leg* shadowLeg(const Exchange& exchange) {
    return exchange.find(LegRole::Shadow);
}

std::optional<double> scoreGap(const Exchange& exchange) {
    const Leg* production = productionLeg(exchange);
    const Leg* shadow = shadowLeg(exchange);
    if (production == nullptr || shadow == nullptr || !production->score || !shadow->score) {
        return std::nullopt;
    }
    return std::abs(*shadow->score - *production->score);
}

bool decisionsDiffer(const Exchange& exchange) {
    const Leg* production = productionLeg(exchange);
    const Leg* shadow = shadowLeg(exchange);
    return production != nullptr && shadow != nullptr && production->outcome == LegOutcome::Ok &&
           shadow->outcome == LegOutcome::Ok && production->decision != shadow->decision;
}

QString decisionText(const Leg* leg) {
    if (leg == nullptr) {
        return u"–"_s;
    }
    if (leg->outcome != LegOutcome::Ok) {
        return QString::fromUtf8(legOutcomeName(leg->outcome));
    }
    return leg->decision.empty() ? u"–"_s : QString::fromStdString(leg->decision);
}

QString callerText(const std::string& spiffeId) {
    const QString id = QString::fromStdString(spiffeId);
    const qsizetype at = id.indexOf(u"/caller/"_s);
    return at < 0 ? id : id.mid(at + 8);
}

} // namespace gnomon::ui
