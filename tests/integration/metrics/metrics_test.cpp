// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/await.h"
#include "tests/support/demo_rows.h"
#include "tests/support/http_get.h"
#include "tests/support/node_process.h"
#include "tests/support/run_program.h"
#include "tests/support/secure_channel.h"

#include <gtest/gtest.h>
#include <inference/grpc_service.grpc.pb.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <regex>
#include <set>
#include <sstream>

namespace gnomon::test {
namespace {

constexpr int kCalls = 40;

class MetricsTest : public ::testing::Test {
protected:
    void SetUp() override { ASSERT_TRUE(m_node.start()); }

    Samples scrape() { return Samples(httpGet(m_node.metrics(), "/metrics")); }

    void ask(const std::string& model, int calls, const std::string& version = "") {
        const auto client = m_node.caller();
        const DemoRows rows(model);
        for (int i = 0; i < calls; ++i) {
            client::InferCall call;
            call.model = model;
            call.version = version;
            call.inputs = rows.inputs(static_cast<std::size_t>(i));
            call.deadline = std::chrono::seconds(20);
            const auto reply = client->infer(call);
            ASSERT_TRUE(reply.ok()) << reply.error().message;
        }
    }

    // Until each sample is at least so much: a call is counted after its reply has gone.
    Samples scrapeUntil(const std::map<std::string, double>& least) {
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        for (;;) {
            Samples samples = scrape();
            const bool enough = std::all_of(least.begin(), least.end(),
                                            [&](const auto& sample) { return samples[sample.first] >= sample.second; });
            if (enough || std::chrono::steady_clock::now() >= until) {
                return samples;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
    }

    NodeProcess m_node{{demoModels(), "", 0, false}};
};

TEST_F(MetricsTest, sayWhatTheNodeSaysElsewhere) {
    ask("spam-filter", kCalls);
    const auto gateway = m_node.operatorGateway();
    ASSERT_TRUE(change(*gateway, changeRequest(ChangeKind::Fallback, "spam-filter")).ok());
    ask("spam-filter", 3);
    const std::string shadow = "{model=\"spam-filter\",version=\"1\",shadow=\"2\"}";
    constexpr int kProbe = 1; // what the change asks of its fallback
    const Samples samples =
        scrapeUntil({{"gnomon_shadow_pairs_total" + shadow, kCalls},
                     {"gnomon_request_duration_seconds_count{model=\"spam-filter\"}", kCalls + 3 + kProbe}});

    // Triton's names beside ModelStatistics.
    const auto stub = inference::GRPCInferenceService::NewStub(
        secureChannel(m_node.connectAs("caller/acme/test", m_node.inference())));
    inference::ModelStatisticsResponse statistics;
    grpc::ClientContext context;
    ASSERT_TRUE(stub->ModelStatistics(&context, {}, &statistics).ok());
    ASSERT_GT(statistics.model_stats_size(), 0);
    for (const auto& model : statistics.model_stats()) {
        const std::string labels = "{model=\"" + model.name() + "\",version=\"" + model.version() + "\"}";
        const auto& times = model.inference_stats();
        const auto count = [](std::uint64_t value) { return static_cast<double>(value); };
        EXPECT_EQ(samples["nv_inference_request_success" + labels], count(times.success().count())) << labels;
        EXPECT_EQ(samples["nv_inference_request_failure" + labels], count(times.fail().count())) << labels;
        EXPECT_EQ(samples["nv_inference_count" + labels], count(model.inference_count())) << labels;
        EXPECT_EQ(samples["nv_inference_exec_count" + labels], count(model.execution_count())) << labels;
        EXPECT_EQ(samples["nv_inference_request_duration_us" + labels], count(times.success().ns() / 1000)) << labels;
        EXPECT_EQ(samples["nv_inference_queue_duration_us" + labels], count(times.queue().ns() / 1000)) << labels;
        EXPECT_EQ(samples["nv_inference_compute_infer_duration_us" + labels], count(times.compute_infer().ns() / 1000))
            << labels;
    }
    EXPECT_EQ(samples["nv_inference_request_success{model=\"spam-filter\",version=\"1\"}"], kCalls);

    // Ours beside what consoles see.
    const auto node = await<NodeInfo>([&](auto done) { gateway->getNode({}, std::move(done)); });
    ASSERT_TRUE(node.ok());
    EXPECT_EQ(samples["gnomon_build_info{version=\"" + node->softwareVersion + "\"}"], 1);
    EXPECT_EQ(samples["gnomon_node_info{node=\"" + node->stamp.id.value + "\",boot=\"" + node->stamp.boot.value +
                      "\",name=\"test\",fleet=\"test\",environment=\"test\"}"],
              1);
    const auto endpoints =
        await<std::vector<EndpointSnapshot>>([&](auto done) { gateway->listEndpoints({}, std::move(done)); });
    ASSERT_TRUE(endpoints.ok());
    for (const EndpointSnapshot& endpoint : *endpoints) {
        const std::string model = "{model=\"" + endpoint.settings.name.value + "\"}";
        EXPECT_EQ(samples["gnomon_endpoint_generation" + model], static_cast<double>(endpoint.generation.number.value));
        EXPECT_EQ(samples["gnomon_endpoint_production_version" + model],
                  static_cast<double>(endpoint.generation.deployment.production.value));
        EXPECT_EQ(samples["gnomon_request_duration_seconds_count" + model], static_cast<double>(endpoint.requests));
        EXPECT_EQ(samples["gnomon_requests_failed_total" + model], static_cast<double>(endpoint.failed));
    }
    EXPECT_EQ(samples["gnomon_requests_total{model=\"spam-filter\",served_by=\"production\"}"], kCalls);
    EXPECT_GE(samples["gnomon_requests_total{model=\"spam-filter\",served_by=\"constant\"}"], 3); // and the probe
    EXPECT_EQ(samples["gnomon_endpoint_mode{model=\"spam-filter\",mode=\"fallback\"}"], 1);
    EXPECT_EQ(samples["gnomon_endpoint_mode{model=\"spam-filter\",mode=\"production\"}"], 0);

    EXPECT_EQ(samples["gnomon_shadow_mirrored_total" + shadow], kCalls);
    EXPECT_EQ(samples["gnomon_worker_up{model=\"spam-filter\",version=\"2\"}"], 1);
    EXPECT_EQ(samples["gnomon_worker_restarts_total{model=\"spam-filter\",version=\"2\"}"], 0);
    double verdicts = 0;
    for (const auto& [sample, value] : samples.values()) {
        verdicts += sample.starts_with("gnomon_comparison_verdict{model=\"spam-filter\"") ? value : 0;
    }
    EXPECT_EQ(verdicts, 1) << "a comparison has one verdict";

    EXPECT_EQ(samples["gnomon_audit_writable"], 1);
    EXPECT_GE(samples["gnomon_audit_records_total"], 4);
    EXPECT_GE(samples["gnomon_audit_commit_seconds_count"], 3);
    EXPECT_GE(samples["gnomon_connections_open{interface=\"control\"}"], 1);
    EXPECT_EQ(samples["gnomon_node_ready"], 1);
    EXPECT_EQ(samples["gnomon_reload_failed{what=\"certificates\"}"], 0);
    EXPECT_GE(samples["gnomon_requests_admitted_total"], kCalls);
    EXPECT_EQ(samples["gnomon_requests_shed_total{reason=\"rate\"}"], 0);
    const double now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
    EXPECT_GT(samples["gnomon_certificate_expiry_time_seconds{certificate=\"node\"}"], now);
    EXPECT_GT(samples["gnomon_disk_size_bytes"], samples["gnomon_disk_free_bytes"]);
    EXPECT_GT(samples["process_resident_memory_bytes"], 1e6);
}

TEST_F(MetricsTest, callersAddNoLabels) {
    ask("spam-filter", 1);
    const auto client = m_node.caller();
    for (int i = 0; i < 20; ++i) {
        client::InferCall call;
        call.model = "no-such-model-" + std::to_string(i);
        call.id = "secret-id-" + std::to_string(i);
        call.deadline = std::chrono::seconds(20);
        EXPECT_FALSE(client->infer(call).ok());
    }
    const std::string page = httpGet(m_node.metrics(), "/metrics");
    const std::regex model("model=\"([^\"]*)\"");
    for (auto found = std::sregex_iterator(page.begin(), page.end(), model); found != std::sregex_iterator(); ++found) {
        EXPECT_TRUE(std::filesystem::exists(demoModels() / (*found)[1].str())) << (*found)[1];
    }
    EXPECT_EQ(page.find("no-such-model"), std::string::npos);
    EXPECT_EQ(page.find("secret-id"), std::string::npos);
    EXPECT_EQ(page.find("acme"), std::string::npos) << "identities are no labels";
}

// Where Debian's checker is installed it has its say.
TEST_F(MetricsTest, areWhatPrometheusReads) {
    const std::string page = httpGet(m_node.metrics(), "/metrics");
    const Samples samples(page);
    for (const auto& [name, type] : samples.types()) {
        EXPECT_TRUE(std::regex_match(name, std::regex("(nv|gnomon|process)_[a-z0-9_]+"))) << name;
        EXPECT_EQ(name.ends_with("_total"), type == "counter" && !name.starts_with("nv_")) << name;
    }
    if (runCommand("command -v promtool").code == 0) {
        TempFolder folder;
        std::ofstream(folder.path() / "page") << page;
        const ProgramEnd checked = runCommand("promtool check metrics < " + (folder.path() / "page").string());
        std::istringstream lines(checked.text);
        for (std::string line; std::getline(lines, line);) {
            EXPECT_TRUE(line.empty() || line.starts_with("nv_inference_")) << line; // Triton names them so
        }
    }
}

// Every metric that the dashboard and the alert rules ask for.
std::set<std::string> metricsIn(const std::string& file) {
    const std::string text = readFile(std::string(std::getenv("GNOMON_SOURCE")) + file).value();
    const std::regex name("(nv_inference|gnomon|process)_[a-z0-9_]+");
    std::set<std::string> names;
    for (auto found = std::sregex_iterator(text.begin(), text.end(), name); found != std::sregex_iterator(); ++found) {
        names.insert(std::regex_replace(found->str(), std::regex("_(bucket|sum|count)$"), ""));
    }
    return names;
}

TEST_F(MetricsTest, dashboardAlertsAndHelpNameWhatIsThere) {
    ask("spam-filter", 3);
    scrapeUntil({{"gnomon_shadow_pairs_total{model=\"spam-filter\",version=\"1\",shadow=\"2\"}", 1}});
    const std::string page = httpGet(m_node.metrics(), "/metrics");
    std::set<std::string> exposed;
    const Samples samples(page);
    for (const auto& [name, type] : samples.types()) {
        exposed.insert(std::regex_replace(name, std::regex("_(bucket|sum|count)$"), ""));
    }
    for (const char* file :
         {"/packaging/grafana/gnomon.json", "/packaging/prometheus/alerts.yml", "/resources/docs/help/metrics.md"}) {
        const std::set<std::string> names = metricsIn(file);
        EXPECT_GT(names.size(), 20u) << file;
        for (const std::string& name : names) {
            EXPECT_TRUE(exposed.contains(name)) << file << " asks for " << name << ", which no node has";
        }
    }
    const std::set<std::string> explained = metricsIn("/resources/docs/help/metrics.md");
    for (const std::string& name : exposed) {
        EXPECT_TRUE(explained.contains(name)) << "resources/docs/help/metrics.md does not explain " << name;
    }
    if (runCommand("command -v promtool").code == 0) {
        const ProgramEnd checked = runCommand(std::string("promtool check rules ") + std::getenv("GNOMON_SOURCE") +
                                              "/packaging/prometheus/alerts.yml");
        EXPECT_EQ(checked.code, 0) << checked.text;
    }
}

} // namespace
} // namespace gnomon::test
