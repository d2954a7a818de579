// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/clock.h"
#include "backend/domain/tensor.h"
#include "backend/domain/version.h"

#include <map>
#include <optional>
#include <string>

namespace gnomon::serving {

// What outputs mean to the endpoint.
struct Judgement {
    std::optional<double> score; // absent when the rule names no output, or the outputs lack it
    std::string decision;        // empty when there is no score

    bool operator==(const Judgement&) const = default;
};

// Reads score and decision of the first row. Pure.
Judgement judge(const DecisionRule& rule, const TensorSet& outputs);

// The entity or minute that an exchange belongs to, so that repeats of one entity do not count as many.
std::string clusterOf(const EndpointSettings& settings, const std::map<std::string, std::string>& parameters,
                      WallTime time);

} // namespace gnomon::serving
