// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/domain/ids.h"
#include "backend/domain/tensor.h"

#include <optional>

namespace gnomon::port {

// Scores how unusual a request is, before it is predicted. Thread-safe; called on the request path, so microseconds.
class Scorer {
public:
    virtual ~Scorer() = default;
    // 0 = ordinary; absent = no opinion.
    virtual std::optional<double> score(const EndpointName& endpoint, const TensorSet& inputs) = 0;
};

// Has no opinion. In place until anomaly monitors exist.
class NoScorer final : public Scorer {
public:
    std::optional<double> score(const EndpointName&, const TensorSet&) override { return std::nullopt; }
};

} // namespace gnomon::port
