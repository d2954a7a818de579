// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/serving/bare_server.h"
#include "backend/base/files.h"
#include "backend/engine/onnx_api.h"
#include "backend/engine/onnx_library.h"
#include "tests/support/tree_model.h"

#include <grpcpp/grpcpp.h>
#include <inference/grpc_service.grpc.pb.h>

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

namespace gnomon::bench {

namespace {

class Service final : public inference::GRPCInferenceService::CallbackService {
public:
    explicit Service(const std::string& model) {
        Ort::SessionOptions options;
        options.SetIntraOpNumThreads(1);
        options.SetInterOpNumThreads(1);
        m_session = Ort::Session(m_environment, model.c_str(), options);
    }

    grpc::ServerUnaryReactor* ModelInfer(grpc::CallbackServerContext* context,
                                         const inference::ModelInferRequest* request,
                                         inference::ModelInferResponse* response) override {
        static constexpr std::array kIn{"features"};
        static constexpr std::array kOut{"label", "probabilities"};
        const std::string& raw = request->raw_input_contents(0);
        const std::array<std::int64_t, 2> shape{request->inputs(0).shape(0), test::kTreeFeatures};
        const Ort::Value input =
            Ort::Value::CreateTensor<float>(m_memory, reinterpret_cast<float*>(const_cast<char*>(raw.data())),
                                            raw.size() / sizeof(float), shape.data(), shape.size());
        const auto outputs =
            m_session.Run(Ort::RunOptions{nullptr}, kIn.data(), &input, kIn.size(), kOut.data(), kOut.size());
        response->set_model_name(request->model_name());
        response->set_id(request->id());
        add(*response, "label", "INT64", {shape[0]}, outputs[0].GetTensorRawData(), sizeof(std::int64_t));
        add(*response, "probabilities", "FP32", {shape[0], 2}, outputs[1].GetTensorRawData(), 2 * sizeof(float));
        grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
        reactor->Finish(grpc::Status::OK);
        return reactor;
    }

private:
    static void add(inference::ModelInferResponse& response, const char* name, const char* type,
                    std::initializer_list<std::int64_t> shape, const void* data, std::size_t rowBytes) {
        auto* output = response.add_outputs();
        output->set_name(name);
        output->set_datatype(type);
        for (const std::int64_t size : shape) {
            output->add_shape(size);
        }
        response.add_raw_output_contents(data, rowBytes * static_cast<std::size_t>(*shape.begin()));
    }

    Ort::Env m_environment;
    Ort::MemoryInfo m_memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
    Ort::Session m_session{nullptr};
};

} // namespace

BareServer::BareServer(const BareServerFiles& files) {
    int ends[2];
    if (::pipe(ends) != 0) {
        return;
    }
    m_pid = ::fork();
    if (m_pid == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        const std::string ready = std::to_string(ends[1]);
        ::execl("/proc/self/exe", "bench_serving", "--bare", files.model.c_str(), files.ca.c_str(),
                files.certificate.c_str(), files.key.c_str(), ready.c_str(), nullptr);
        ::_exit(127);
    }
    ::close(ends[1]);
    std::array<char, 64> text{};
    const ssize_t got = ::read(ends[0], text.data(), text.size());
    ::close(ends[0]);
    m_address = got > 0 ? std::string(text.data(), static_cast<std::size_t>(got)) : "";
}

BareServer::~BareServer() {
    ::kill(m_pid, SIGKILL);
    ::waitpid(m_pid, nullptr, 0);
}

void BareServer::serve(const BareServerFiles& files, int ready) {
    const char* path = std::getenv("GNOMON_ONNXRUNTIME");
    const auto library = engine::OnnxLibrary::open(path ? path : engine::OnnxLibrary::defaultPath());
    if (!library.ok()) {
        std::fprintf(stderr, "%s\n", library.error().message.c_str());
        std::exit(1);
    }
    Service service(files.model);
    grpc::SslServerCredentialsOptions tls(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
    tls.pem_root_certs = readFile(files.ca).value();
    tls.pem_key_cert_pairs.push_back({readFile(files.key).value(), readFile(files.certificate).value()});
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::SslServerCredentials(tls), &port);
    builder.RegisterService(&service);
    const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
    const std::string address = "127.0.0.1:" + std::to_string(port);
    if (!server || ::write(ready, address.data(), address.size()) < 0) {
        std::exit(1);
    }
    ::close(ready);
    server->Wait();
    std::exit(0);
}

} // namespace gnomon::bench
