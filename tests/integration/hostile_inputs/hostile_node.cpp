// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/integration/hostile_inputs/hostile_node.h"

#include "tests/integration/hostile_inputs/bad_files.h"
#include "tests/integration/hostile_inputs/hostile_folders.h"
#include "tests/support/model_folder.h"
#include "tests/support/secure_channel.h"
#include "tests/support/tiny_onnx.h"

#include <fstream>

namespace gnomon::test {

namespace {

namespace fs = std::filesystem;
constexpr std::string_view kTriton = "triton_config/";

inference::ModelInferRequest pairRequest(std::uint64_t number) {
    inference::ModelInferRequest request;
    request.set_model_name("pair");
    request.set_id("healthy-" + std::to_string(number));
    auto& input = *request.add_inputs();
    input.set_name("x");
    input.set_datatype("FP32");
    input.add_shape(1);
    input.add_shape(2);
    const float values[] = {static_cast<float>(number), -0.5F};
    request.add_raw_input_contents(values, sizeof values);
    return request;
}

} // namespace

std::unique_ptr<HostileNode> HostileNode::start(const std::optional<fs::path>& bad) {
    std::unique_ptr<HostileNode> made(new HostileNode(bad));
    if (!made->m_node->start()) {
        return nullptr;
    }
    made->connect();
    return made;
}

HostileNode::HostileNode(const std::optional<fs::path>& bad)
    : m_tracer(OpenedFiles::tracer(m_folder.path() / "trace")) {
    makeEchoModels();
    if (bad) {
        copyBadFiles(*bad);
    }
    m_folders = makeHostileFolders(repository(), m_folder.path() / "outside");
    NodeProcessOptions options{repository(), "", 0, false, m_tracer};
    m_node = std::make_unique<NodeProcess>(options);
}

void HostileNode::makeEchoModels() {
    m_echo["pair"].inputs = {{"x", {"FP32", {-1, 2}}}};
    m_echo["half"].inputs = {{"x", {"FP16", {-1}}}};
    m_echo["mixed"].inputs = {{"a", {"INT64", {-1}}}, {"b", {"BOOL", {-1, 2}}}, {"c", {"UINT8", {-1}}},
                              {"d", {"FP64", {2}}},   {"e", {"INT16", {1}}},    {"t", {"BYTES", {-1}}}};
    const std::map<std::string, TinyOnnx::Type> types = {{"FP32", TinyOnnx::Float},  {"FP16", TinyOnnx::Float16},
                                                         {"INT64", TinyOnnx::Int64}, {"BOOL", TinyOnnx::Bool},
                                                         {"UINT8", TinyOnnx::Uint8}, {"FP64", TinyOnnx::Double},
                                                         {"INT16", TinyOnnx::Int16}, {"BYTES", TinyOnnx::String}};
    for (const auto& [endpoint, model] : m_echo) {
        TinyOnnx onnx;
        for (const auto& [name, input] : model.inputs) {
            onnx.add(TinyOnnx::node("Identity", {name}, {name + "_out"}));
            onnx.input(TinyOnnx::value(name, types.at(input.datatype), input.shape));
            onnx.output(TinyOnnx::value(name + "_out", types.at(input.datatype), input.shape));
        }
        writeText(repository() / endpoint / "1/model.onnx", onnx.file());
        writeText(repository() / endpoint / "endpoint.toml", "[budget]\nmilliseconds = 30000\n");
    }
}

void HostileNode::copyBadFiles(const fs::path& bad) {
    for (const auto& [file, expected] : badFiles()) {
        if (expected.fate == Fate::Rows) {
            continue;
        }
        const std::string endpoint = endpointOf(file);
        const std::string inside = file.starts_with(kTriton) ? file.substr(endpoint.size() + 1) : "1/model.onnx";
        const fs::path copy = repository() / endpoint / inside;
        fs::create_directories(copy.parent_path()); // a copied folder would be as read-only as the original
        fs::copy_file(bad / file, copy);
    }
}

std::string HostileNode::endpointOf(const std::string& file) {
    std::string name = file.starts_with(kTriton) ? file.substr(0, file.find('/', kTriton.size())) : file;
    std::replace(name.begin(), name.end(), '/', '-');
    return name;
}

void HostileNode::connect() {
    m_stub = inference::GRPCInferenceService::NewStub(
        secureChannel(m_node->connectAs("caller/acme/test", m_node->inference())));
    m_asking = std::jthread([this](const std::stop_token& stop) { ask(stop); });
}

void HostileNode::ask(const std::stop_token& stop) {
    while (!stop.stop_requested() && m_trouble.empty()) {
        const inference::ModelInferRequest request = pairRequest(++m_calls);
        inference::ModelInferResponse response;
        const grpc::Status status = infer(request, response);
        if (status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED) { // told to come again: the machine is busy
            ++m_turnedAway;
        } else {
            m_trouble = status.ok() ? wrongEcho(request, response) : status.error_message() + " ";
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(2)); // a caller, not a load
    }
}

grpc::Status HostileNode::infer(const inference::ModelInferRequest& request, inference::ModelInferResponse& response) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    return m_stub->ModelInfer(&context, request, &response);
}

inference::ModelInferRequest HostileNode::zeros(const std::string& endpoint) {
    inference::ModelMetadataRequest ask;
    ask.set_name(endpoint);
    inference::ModelMetadataResponse metadata;
    grpc::ClientContext context;
    (void)m_stub->ModelMetadata(&context, ask, &metadata);
    inference::ModelInferRequest request;
    request.set_model_name(endpoint);
    for (const auto& input : metadata.inputs()) {
        auto& tensor = *request.add_inputs();
        tensor.set_name(input.name());
        tensor.set_datatype(input.datatype());
        std::size_t count = 1;
        for (const std::int64_t size : input.shape()) {
            tensor.add_shape(std::max<std::int64_t>(size, 1));
            count *= static_cast<std::size_t>(std::max<std::int64_t>(size, 1));
        }
        const std::size_t bytes = elementSize(*parseDataType(input.datatype()));
        request.add_raw_input_contents(std::string(count * (bytes > 0 ? bytes : 4), '\0'));
    }
    return request;
}

bool HostileNode::isAlive() const {
    return ::waitpid(m_node->pid(), nullptr, WNOHANG) == 0;
}

std::size_t HostileNode::residentBytes() const {
    std::ifstream file("/proc/" + std::to_string(m_node->pid()) + "/statm");
    std::size_t total = 0;
    std::size_t resident = 0;
    file >> total >> resident;
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

std::size_t HostileNode::mostResidentBytes() const {
    std::ifstream file("/proc/" + std::to_string(m_node->pid()) + "/status");
    for (std::string word; file >> word;) {
        if (word == "VmHWM:") {
            std::size_t kilobytes = 0;
            file >> kilobytes;
            return kilobytes << 10;
        }
    }
    return 0;
}

std::string HostileNode::finish() {
    if (m_asking.joinable()) {
        m_asking.request_stop();
        m_asking.join();
        m_pid = m_node->pid();
        m_exitCode = m_node->stop();
    }
    return m_trouble;
}

std::vector<std::string> HostileNode::allowedFolders() const {
    const char* onnx = std::getenv("GNOMON_ONNXRUNTIME_PREFIX");
    std::vector<std::string> folders = {repository().string(),
                                        m_node->state().parent_path().string(),
                                        fs::path(m_node->pki().ca()).parent_path().string(),
                                        fs::canonical(std::getenv("GNOMON_BIN")).string(),
                                        "/usr/lib",
                                        "/lib",
                                        "/usr/share/zoneinfo",
                                        "/usr/share/locale",
                                        "/etc/ld.so.cache",
                                        "/etc/localtime",
                                        "/etc/ssl",
                                        "/dev/null",
                                        "/dev/urandom",
                                        "/proc",
                                        "/sys"};
    if (onnx != nullptr) {
        folders.push_back(fs::canonical(onnx).string());
    }
    return folders;
}

} // namespace gnomon::test
