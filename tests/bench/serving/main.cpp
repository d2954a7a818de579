// SPDX-License-Identifier: GPL-3.0-or-later
// What guarding and mirroring a call cost over serving it bare, and whether callers feel a shadow beside production.
#include "tests/bench/serving/bare_server.h"
#include "tests/support/await.h"
#include "tests/support/bench_report.h"
#include "tests/support/load_generator.h"
#include "tests/support/model_folder.h"
#include "tests/support/node_process.h"
#include "tests/support/secure_channel.h"
#include "tests/support/tree_model.h"
#include "tests/support/worker_of.h"

namespace {

using namespace gnomon;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr unsigned kConnections = 4;
constexpr unsigned kUnderWay = 64;
// A worker that hangs ends itself 2 s after nobody waits for its runs any more, the latest of which may wait for 2 s.
constexpr milliseconds kUntilRestarted{5000};

constexpr const char* kPlain = "[initial]\nproduction = 1\n[decision]\noutput = \"probabilities\"\ncolumn = 1\n"
                               "threshold = 0.5\n";
constexpr const char* kShadowed = "[initial]\nproduction = 1\nshadows = [{ version = 2, mirror = 100 }]\n"
                                  "[decision]\noutput = \"probabilities\"\ncolumn = 1\nthreshold = 0.5\n";

inference::ModelInferRequest requestFor(const std::string& endpoint) {
    std::mt19937 random{11};
    std::normal_distribution<float> normal;
    std::string row;
    for (int i = 0; i < test::kTreeFeatures; ++i) {
        const float value = normal(random);
        row.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    inference::ModelInferRequest request;
    request.set_model_name(endpoint);
    request.set_id("r-1");
    auto* input = request.add_inputs();
    input->set_name("features");
    input->set_datatype("FP32");
    input->add_shape(1);
    input->add_shape(test::kTreeFeatures);
    request.add_raw_input_contents(row);
    return request;
}

std::vector<std::shared_ptr<grpc::Channel>> channels(const client::ConnectOptions& connect) {
    std::vector<std::shared_ptr<grpc::Channel>> all;
    for (unsigned i = 0; i < kConnections; ++i) {
        all.push_back(test::secureChannel(connect, true));
    }
    return all;
}

struct Saturation {
    double cpuMicroseconds = 0; // of the server and its worker, per request
    double perSecond = 0;
    double coverage = 1; // of the requests, how many the shadow answered
};

struct Target {
    std::string endpoint;
    test::LoadGenerator& load;
    std::vector<pid_t> processes;
};

double cpuOf(const Target& target) {
    double all = 0;
    for (const pid_t process : target.processes) {
        all += test::cpuSecondsOf(process);
    }
    return all;
}

class Bench {
public:
    Bench() {
        const std::string model = test::TreeModel::file();
        add("plain", {model}, kPlain);
        add("shadowed", {model, test::TreeModel::file()}, kShadowed);
        add("hung", {model, test::hangingTreeModel()}, kShadowed);
    }

    bool start() {
        m_node = std::make_unique<test::NodeProcess>(test::NodeProcessOptions{m_models.path(), "", 0, false});
        if (!m_node->start()) {
            return false;
        }
        const test::CertificateFiles own = m_node->pki().issue("node/bare", {"localhost"});
        m_bare = std::make_unique<bench::BareServer>(bench::BareServerFiles{
            (m_models.path() / "plain/1/model.onnx").string(), m_node->pki().ca(), own.certificate, own.key});
        if (m_bare->address().empty()) {
            return false;
        }
        client::ConnectOptions connect = m_node->connectAs("caller/acme/test", m_node->inference());
        m_guarded = std::make_unique<test::LoadGenerator>(channels(connect));
        connect.address = m_bare->address();
        m_plain = std::make_unique<test::LoadGenerator>(channels(connect));
        m_gateway = m_node->operatorGateway();
        return true;
    }

    Target bare() { return {"plain", *m_plain, {m_bare->pid()}}; }
    Target node(const std::string& endpoint) {
        Target target{endpoint, *m_guarded, {m_node->pid()}};
        if (const pid_t worker = test::workerOf(m_node->pid(), endpoint + " v2"); worker != 0) {
            target.processes.push_back(worker);
        }
        return target;
    }

    Saturation saturate(const Target& target, milliseconds time) {
        const std::uint64_t before = matched(target.endpoint);
        const double used = cpuOf(target);
        const test::LoadResult result = target.load.closed(requestFor(target.endpoint), kUnderWay, time);
        check(target, result);
        std::this_thread::sleep_for(300ms); // what was handed over is still counted
        const auto calls = static_cast<double>(result.calls());
        Saturation saturation{1e6 * (cpuOf(target) - used) / calls, calls / result.took.count()};
        if (target.endpoint == "shadowed") {
            saturation.coverage = static_cast<double>(matched(target.endpoint) - before) / calls;
        }
        return saturation;
    }

    // Milliseconds.
    double p99(const Target& target, double perSecond, milliseconds time) {
        const test::LoadResult result = target.load.open(requestFor(target.endpoint), perSecond, time);
        check(target, result);
        return 1000 * result.latency.at(0).quantile(0.99);
    }
    // The rate at which the machine computes half of the time, sending the calls included. Under saturation calls come
    // in bunches and cost less; at half of that rate the machine would be loaded far more than by half.
    double halfLoad(double saturated, milliseconds time) {
        const Target target = node("plain");
        const auto used = [&] { return cpuOf(target) + test::cpuSecondsOf(::getpid()); };
        double rate = saturated / 4;
        for (int i = 0; i < 2; ++i) {
            const double before = used();
            p99(target, rate, time);
            const double share =
                (used() - before) / std::chrono::duration<double>(time).count() / std::thread::hardware_concurrency();
            rate = std::min(saturated / 2, rate * 0.5 / share);
        }
        return rate;
    }
    std::uint64_t failed() const { return m_failed; }

private:
    void add(const std::string& name, const std::vector<std::string>& versions, const std::string& toml) {
        for (std::size_t i = 0; i < versions.size(); ++i) {
            test::writeText(m_models.path() / name / std::to_string(i + 1) / "model.onnx", versions[i]);
        }
        test::writeText(m_models.path() / name / "endpoint.toml", toml);
    }
    std::uint64_t matched(const std::string& endpoint) {
        const auto comparison = test::await<Comparison>(
            [&](auto done) { m_gateway->getComparison(EndpointName(endpoint), {}, std::move(done)); });
        return comparison ? comparison->coverage.matched : 0;
    }
    void check(const Target& target, const test::LoadResult& result) {
        if (result.ok() != result.calls()) {
            std::fprintf(stderr, "%s: %llu of %llu calls failed: %s\n", target.endpoint.c_str(),
                         static_cast<unsigned long long>(result.calls() - result.ok()),
                         static_cast<unsigned long long>(result.calls()), result.firstError.c_str());
            m_failed += result.calls() - result.ok();
        }
    }

    test::ModelFolder m_models;
    std::unique_ptr<test::NodeProcess> m_node;
    std::unique_ptr<bench::BareServer> m_bare;
    std::unique_ptr<test::LoadGenerator> m_guarded;
    std::unique_ptr<test::LoadGenerator> m_plain;
    std::unique_ptr<port::NodeGateway> m_gateway;
    std::uint64_t m_failed = 0;
};

} // namespace

int main(int argc, char** argv) {
    if (argc == 7 && std::string_view(argv[1]) == "--bare") {
        bench::BareServer::serve({argv[2], argv[3], argv[4], argv[5]}, std::atoi(argv[6]));
    }
    const milliseconds period(argc > 1 ? std::atoi(argv[1]) : 3000);
    constexpr int kRuns = 5;
    Bench bench;
    if (!bench.start()) {
        return 1;
    }
    for (const Target& target : {bench.bare(), bench.node("plain"), bench.node("shadowed")}) {
        bench.saturate(target, 500ms); // warm: connections, code, models
    }
    if (argc > 2) { // "bare", "plain" or "shadowed", for a profile: no figure is written
        const Saturation one =
            bench.saturate(std::string_view(argv[2]) == "bare" ? bench.bare() : bench.node(argv[2]), period);
        std::printf("%s: %.1f us of processor per request, %.0f per second\n", argv[2], one.cpuMicroseconds,
                    one.perSecond);
        return 0;
    }
    std::vector<double> bareCpu, plainCpu, shadowCpu, plainRatio, shadowRatio, bareRate, plainRate, coverage;
    for (int run = 0; run < kRuns; ++run) {
        const Saturation bare = bench.saturate(bench.bare(), period);
        const Saturation plain = bench.saturate(bench.node("plain"), period);
        const Saturation shadow = bench.saturate(bench.node("shadowed"), period);
        bareCpu.push_back(bare.cpuMicroseconds);
        plainCpu.push_back(plain.cpuMicroseconds);
        shadowCpu.push_back(shadow.cpuMicroseconds);
        plainRatio.push_back(plain.cpuMicroseconds / bare.cpuMicroseconds);
        shadowRatio.push_back(shadow.cpuMicroseconds / bare.cpuMicroseconds);
        bareRate.push_back(bare.perSecond);
        plainRate.push_back(plain.perSecond);
        coverage.push_back(shadow.coverage);
    }
    const double half = bench.halfLoad(test::median(plainRate), period);
    std::vector<double> none, again, shadow, hung;
    for (int run = 0; run < kRuns; ++run) {
        const double alone = bench.p99(bench.node("plain"), half, period);
        none.push_back(alone);
        again.push_back(bench.p99(bench.node("plain"), half, period) / alone);
        shadow.push_back(bench.p99(bench.node("shadowed"), half, period) / alone);
        hung.push_back(bench.p99(bench.node("hung"), half, period) / alone);
        std::this_thread::sleep_for(kUntilRestarted); // or the next round would begin beside it
    }
    test::BenchReport report("serving", kRuns);
    report.lower("cpu_ratio_plain", test::median(plainRatio), "ratio", 1.35);
    report.lower("cpu_ratio_shadow", test::median(shadowRatio), "ratio", 1.8);
    report.higher("shadow_coverage", test::median(coverage), "share");
    report.lower("bare_cpu_us", test::median(bareCpu), "us");
    report.lower("plain_cpu_us", test::median(plainCpu), "us");
    report.lower("shadow_cpu_us", test::median(shadowCpu), "us");
    report.higher("bare_per_second", test::median(bareRate), "1/s");
    report.higher("plain_per_second", test::median(plainRate), "1/s");
    report.higher("half_load_per_second", half, "1/s");
    report.lower("p99_ms", test::median(none), "ms");
    report.lower("p99_ratio_aa", test::median(again), "ratio");
    report.lower("p99_ratio_aa_worst", *std::max_element(again.begin(), again.end()), "ratio");
    report.lower("p99_ratio_shadow", test::median(shadow), "ratio", *std::max_element(again.begin(), again.end()));
    report.lower("p99_ratio_hung", test::median(hung), "ratio", *std::max_element(again.begin(), again.end()));
    report.lower("failed_calls", static_cast<double>(bench.failed()), "count", 0);
    return report.finish();
}
