// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "backend/domain/exchange.h"

#include <optional>

namespace gnomon::ui {

// The leg that stands for production in a pair: production itself, else whatever fell back.
const Leg* productionLeg(const Exchange& exchange);
const Leg* shadowLeg(const Exchange& exchange);
// |shadow - production| of the scores; absent when either has none.
std::optional<double> scoreGap(const Exchange& exchange);
bool decisionsDiffer(const Exchange& exchange);
// "spam", or what happened instead: "failed", "late".
QString decisionText(const Leg* leg);
// "/caller/shop/mail-gateway" as "shop/mail-gateway"; anything else as it is.
QString callerText(const std::string& spiffeId);

} // namespace gnomon::ui
