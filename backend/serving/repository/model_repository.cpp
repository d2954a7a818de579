// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/repository/model_repository.h"
#include "backend/base/log.h"
#include "backend/serving/repository/endpoint_config.h"
#include "backend/serving/repository/folder.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

namespace gnomon::serving {

namespace {

constexpr const char* kModelFile = "model.onnx";
constexpr const char* kManifestFile = "manifest.json";
constexpr const char* kEndpointFile = "endpoint.toml";
constexpr const char* kTritonFile = "config.pbtxt";
constexpr std::size_t kLongestText = 1000;

struct Manifest {
    std::string description;
    std::string engine = "onnxruntime";
    std::map<std::string, std::string> files; // name -> SHA-256
};

Result<Manifest> parseManifest(const Bytes& json) {
    try {
        const auto parsed = nlohmann::json::parse(asText(json));
        Manifest manifest;
        manifest.description = printable(parsed.value("description", ""), kLongestText);
        manifest.engine = printable(parsed.value("engine", manifest.engine), 80);
        if (parsed.contains("files")) {
            manifest.files = parsed.at("files").get<std::map<std::string, std::string>>();
        }
        return manifest;
    } catch (const nlohmann::json::exception& problem) {
        return Error{ErrorCode::FailedPrecondition,
                     std::string(kManifestFile) + " is not understood: " + printable(problem.what())};
    }
}

Status checkFile(const Folder& folder, const std::string& name, const std::string& stated, const Digest& model,
                 RepositoryLimits limits) {
    Digest digest = model;
    if (name != kModelFile) {
        const Result<Bytes> bytes = readBelow(folder, name, limits.fileBytes);
        if (!bytes.ok()) {
            Error error = bytes.error();
            error.message.insert(0, std::string(kManifestFile) + " lists '" + printable(name, 120) + "': ");
            return error;
        }
        digest = sha256(*bytes);
    }
    if (toHex(digest) != stated) {
        return Error{ErrorCode::FailedPrecondition, "'" + printable(name, 120) +
                                                        "' is not the file that the manifest states: its SHA-256 is " +
                                                        toHex(digest)};
    }
    return {};
}

Status readManifest(const Folder& folder, StoredVersion& stored, RepositoryLimits limits) {
    const Result<Bytes> bytes = folder.read(kManifestFile, limits.fileBytes);
    if (!bytes.ok() && bytes.error().code == ErrorCode::NotFound) {
        stored.version.engine = Manifest{}.engine;
        return {};
    }
    if (!bytes.ok()) {
        return bytes.error();
    }
    GNOMON_ASSIGN(const Manifest manifest, parseManifest(*bytes));
    stored.version.description = manifest.description;
    stored.version.engine = manifest.engine;
    for (const auto& [name, digest] : manifest.files) {
        GNOMON_TRY(checkFile(folder, name, digest, stored.version.digest, limits));
    }
    return {};
}

Status readGolden(const Folder& folder, StoredVersion& stored, RepositoryLimits limits) {
    Bytes tried(stored.version.digest.bytes.begin(), stored.version.digest.bytes.end());
    const Result<Folder> golden = folder.folder("golden");
    if (golden.ok()) {
        GNOMON_ASSIGN(const std::vector<std::string> files, golden->files());
        for (const std::string& file : files) {
            if (!file.ends_with(".json")) {
                continue;
            }
            GNOMON_ASSIGN(const Bytes bytes, golden->read(file, limits.fileBytes));
            GNOMON_ASSIGN(GoldenCase parsed, parseGoldenCase(asText(bytes), printable(file, 80)));
            stored.golden.push_back(std::move(parsed));
            const Digest digest = sha256(bytes);
            tried.insert(tried.end(), digest.bytes.begin(), digest.bytes.end());
        }
    } else if (golden.error().code != ErrorCode::NotFound) {
        return golden.error();
    }
    stored.version.goldenCases = static_cast<std::uint32_t>(stored.golden.size());
    stored.trial = sha256(tried);
    return {};
}

Status readInto(const Folder& folder, StoredVersion& stored, RepositoryLimits limits) {
    {
        GNOMON_ASSIGN(const Bytes model, folder.read(kModelFile, limits.modelBytes));
        stored.version.digest = sha256(model);
    }
    GNOMON_TRY(readManifest(folder, stored, limits));
    return readGolden(folder, stored, limits);
}

StoredVersion readVersion(const Folder& endpoint, const EndpointName& name, VersionNumber number,
                          RepositoryLimits limits) {
    StoredVersion stored;
    stored.version.endpoint = name;
    stored.version.number = number;
    Status status = [&]() -> Status {
        GNOMON_ASSIGN(const Folder folder, endpoint.folder(std::to_string(number.value)));
        stored.model = folder.path() / kModelFile;
        return readInto(folder, stored, limits);
    }();
    if (!status.ok()) {
        stored.version.state = VersionState::Refused;
        stored.version.health = status.error().message;
    }
    return stored;
}

bool has(const StoredEndpoint& endpoint, VersionNumber number) {
    return std::any_of(endpoint.versions.begin(), endpoint.versions.end(),
                       [number](const StoredVersion& stored) { return stored.version.number == number; });
}

// The highest version that was not refused, or the highest of all.
VersionNumber newest(const StoredEndpoint& endpoint) {
    for (auto stored = endpoint.versions.rbegin(); stored != endpoint.versions.rend(); ++stored) {
        if (stored->version.state != VersionState::Refused) {
            return stored->version.number;
        }
    }
    return endpoint.versions.back().version.number;
}

Status checkInitial(const StoredEndpoint& endpoint) {
    std::vector<VersionNumber> named = {endpoint.initial.production};
    for (const ShadowSpec& shadow : endpoint.initial.shadows) {
        named.push_back(shadow.version);
    }
    for (const FallbackStep& step : endpoint.initial.chain) {
        if (step.kind == FallbackKind::Version) {
            named.push_back(step.version);
        }
    }
    for (const VersionNumber number : named) {
        if (!has(endpoint, number)) {
            return Error{ErrorCode::InvalidArgument, "endpoint.toml of '" + endpoint.settings.name.value + "' names v" +
                                                         std::to_string(number.value) +
                                                         ", but the repository has no such version"};
        }
    }
    return {};
}

Result<StoredEndpoint> readEndpoint(const Folder& folder, const EndpointName& name, RepositoryLimits limits) {
    std::string toml;
    Result<Bytes> bytes = folder.read(kEndpointFile, limits.fileBytes);
    if (bytes.ok()) {
        toml = asText(*bytes);
    } else if (bytes.error().code != ErrorCode::NotFound) {
        return bytes.error();
    }
    GNOMON_ASSIGN(EndpointConfig config, parseEndpointConfig(toml, (folder.path() / kEndpointFile).string(), name));
    StoredEndpoint endpoint;
    endpoint.settings = std::move(config.settings);
    GNOMON_ASSIGN(std::vector<std::string> children, folder.folders());
    // Links and the like among them: a version that cannot be is told of, not left out.
    GNOMON_ASSIGN(const std::vector<std::string> others, folder.files());
    children.insert(children.end(), others.begin(), others.end());
    std::vector<VersionNumber> numbers;
    for (const std::string& child : children) {
        if (const Result<VersionNumber> number = parseVersionNumber(child); number.ok()) {
            numbers.push_back(*number);
        } else if (child == kTritonFile) {
            logEvent(LogLevel::Warning, "file_not_read",
                     {{"endpoint", name.value},
                      {"file", child},
                      {"reason", "names, types and shapes are the model's own; settings belong in endpoint.toml"}});
        }
    }
    if (numbers.empty()) {
        return Error{ErrorCode::InvalidArgument, "'" + printable(folder.path().string(), 512) + "' has no version",
                     "put a model into its subfolder 1, or remove the folder"};
    }
    std::sort(numbers.begin(), numbers.end());
    for (const VersionNumber number : numbers) {
        endpoint.versions.push_back(readVersion(folder, name, number, limits));
    }
    endpoint.productionNamed = config.production.has_value();
    endpoint.initial.production = config.production.value_or(newest(endpoint));
    endpoint.initial.shadows = std::move(config.shadows);
    endpoint.initial.chain = std::move(config.chain);
    GNOMON_TRY(checkInitial(endpoint));
    return endpoint;
}

} // namespace

Result<std::vector<StoredEndpoint>> readRepository(const std::filesystem::path& repository, RepositoryLimits limits) {
    GNOMON_ASSIGN(const Folder root, Folder::open(repository));
    GNOMON_ASSIGN(const std::vector<std::string> names, root.folders());
    GNOMON_ASSIGN(const std::vector<std::string> others, root.files());
    for (const std::string& text : others) {
        if (parseEndpointName(text).ok()) {
            logEvent(LogLevel::Warning, "not_an_endpoint",
                     {{"name", text}, {"reason", "it is not a folder; symbolic links are not followed"}});
        }
    }
    std::vector<StoredEndpoint> endpoints;
    for (const std::string& text : names) {
        if (text[0] == '.') {
            continue; // ".git", "..data" and their like
        }
        GNOMON_ASSIGN(const EndpointName name, parseEndpointName(text));
        GNOMON_ASSIGN(const Folder folder, root.folder(text));
        GNOMON_ASSIGN(StoredEndpoint endpoint, readEndpoint(folder, name, limits));
        endpoints.push_back(std::move(endpoint));
    }
    return endpoints;
}

} // namespace gnomon::serving
