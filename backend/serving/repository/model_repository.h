// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/domain/deployment.h"
#include "backend/domain/version.h"
#include "backend/serving/repository/golden_case.h"

#include <cstdint>
#include <filesystem>
#include <vector>

namespace gnomon::serving {

// A version as it lies in the repository.
struct StoredVersion {
    Version version;             // Found, or Refused with the reason in health
    std::filesystem::path model; // the file to load
    std::vector<GoldenCase> golden;
    Digest trial; // of everything that a trial looks at: the model and its golden cases
};

struct StoredEndpoint {
    EndpointSettings settings;
    Deployment initial;                  // for the first start
    bool productionNamed = false;        // its production version by endpoint.toml; else it is the highest that will do
    std::vector<StoredVersion> versions; // by number
};

struct RepositoryLimits {
    std::uint64_t modelBytes = 1ull << 30;
    std::uint64_t fileBytes = 16ull << 20;
};

// Triton's layout: <repository>/<endpoint>/<version>/model.onnx, with endpoint.toml beside the versions and, in each
// version, manifest.json and golden/*.json where there are any. Whatever leads out of a version's folder, does not
// match its manifest or is too large makes the version Refused. Fails when the repository cannot be read, an
// endpoint.toml is not understood, an endpoint has no version, or its initial deployment names one that it does not
// have.
Result<std::vector<StoredEndpoint>> readRepository(const std::filesystem::path& repository, RepositoryLimits limits);

} // namespace gnomon::serving
