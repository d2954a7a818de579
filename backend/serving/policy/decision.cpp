// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/policy/decision.h"

#include <algorithm>
#include <utility>

namespace gnomon::serving {

namespace {

// Columns of the last dimension that the first row really has.
std::int64_t columnsOf(const TensorView& tensor) {
    const std::size_t size = elementSize(tensor.type);
    if (size == 0) {
        return 0;
    }
    const std::int64_t stated = tensor.shape.empty() ? 1 : tensor.shape.back();
    return std::min(stated, static_cast<std::int64_t>(tensor.data.size() / size));
}

} // namespace

Judgement judge(const DecisionRule& rule, const TensorSet& outputs) {
    const TensorView* scores = outputs.find(rule.scoreOutput);
    if (scores == nullptr || rule.scoreColumn < 0 || rule.scoreColumn >= columnsOf(*scores)) {
        return {};
    }
    Judgement judgement;
    judgement.score = elementAsDouble(*scores, rule.scoreColumn);
    if (rule.classes.empty()) {
        judgement.decision = *judgement.score >= rule.threshold ? rule.positive : rule.negative;
        return judgement;
    }
    const std::int64_t columns = std::min(columnsOf(*scores), static_cast<std::int64_t>(rule.classes.size()));
    std::int64_t largest = 0;
    for (std::int64_t i = 1; i < columns; ++i) {
        if (elementAsDouble(*scores, i) > elementAsDouble(*scores, largest)) {
            largest = i;
        }
    }
    judgement.decision = rule.classes[static_cast<std::size_t>(largest)];
    return judgement;
}

std::string clusterOf(const EndpointSettings& settings, const std::map<std::string, std::string>& parameters,
                      WallTime time) {
    if (!settings.clusterParameter.empty()) {
        const auto entity = parameters.find(settings.clusterParameter);
        if (entity != parameters.end() && !entity->second.empty()) {
            return printable(entity->second, 128);
        }
    }
    // A minute is the same for many calls, and writing it takes longer than the rest of this.
    thread_local std::pair<std::chrono::minutes, std::string> newest{std::chrono::minutes::min(), ""};
    const auto minute = std::chrono::floor<std::chrono::minutes>(time.time_since_epoch());
    if (newest.first != minute) {
        newest = {minute, toRfc3339(time).substr(0, std::string_view("2026-03-01T14:02").size())};
    }
    return newest.second;
}

} // namespace gnomon::serving
