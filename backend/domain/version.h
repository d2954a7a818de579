// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/bytes.h"
#include "backend/domain/ids.h"
#include "backend/domain/tensor.h"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace gnomon {

// One way: Found -> Loading -> Ready, or to Refused from anywhere. Skipped is Ready with too many abandoned runs.
enum class VersionState { Found, Loading, Ready, Skipped, Refused };
std::string_view versionStateName(VersionState state);

// One immutable model artifact of an endpoint.
struct Version {
    EndpointName endpoint;
    VersionNumber number;
    Digest digest;           // SHA-256 of model.onnx
    std::string engine;      // "onnxruntime", "constant"
    std::string description; // of manifest.json; may be empty
    std::vector<TensorSpec> inputs;
    std::vector<TensorSpec> outputs;
    std::map<std::string, std::vector<std::string>> classNames; // output name -> names, for flattened ZipMaps
    std::uint32_t goldenCases = 0;
    VersionState state = VersionState::Found;
    std::string health; // why it is not Ready; empty otherwise

    bool operator==(const Version&) const = default;
};

// How an endpoint turns outputs into a score and a decision: endpoint.toml.
struct DecisionRule {
    std::string scoreOutput;      // name of the output that holds the score
    std::int64_t scoreColumn = 0; // column of its last dimension
    double threshold = 0.5;       // score >= threshold decides positive
    std::string positive = "positive";
    std::string negative = "negative";
    // When not empty the decision is the name of the largest column of scoreOutput and the threshold is not used.
    std::vector<std::string> classes;

    bool operator==(const DecisionRule&) const = default;
};

// What of a payload is kept for dry runs and the pair view.
struct PayloadPolicy {
    bool keep = true;
    double share = 1.0;               // of exchanges, 0..1
    std::size_t maxBytes = 64 * 1024; // larger payloads are not kept

    bool operator==(const PayloadPolicy&) const = default;
};

// What endpoint.toml states; read at start, constant afterwards.
struct EndpointSettings {
    EndpointName name;
    std::string description;
    std::string owner;
    DecisionRule decision;
    double margin = 0.005;                 // delta: the share of differing decisions that is tolerated
    double scoreMargin = 0.02;             // the mean score difference that is tolerated
    std::chrono::milliseconds budget{200}; // for the whole chain when the caller sets no deadline
    std::string clusterParameter;          // request parameter that names the entity; empty: the minute
    PayloadPolicy payload;
    bool allowNan = false;                       // floating-point inputs may hold NaN, as a missing value
    std::vector<Tensor> constant;                // the outputs of the chain's constant; empty: there is none
    std::uint32_t abandonedRunsUntilSkipped = 3; // K of design.md section 2

    bool operator==(const EndpointSettings&) const = default;
};

} // namespace gnomon
