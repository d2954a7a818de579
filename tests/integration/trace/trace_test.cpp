// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/domain/trace_context.h"
#include "tests/support/await.h"
#include "tests/support/demo_rows.h"
#include "tests/support/node_process.h"
#include "tests/support/run_program.h"
#include "tests/support/secure_channel.h"

#include <gtest/gtest.h>
#include <inference/grpc_service.grpc.pb.h>

#include <set>
#include <sstream>

namespace gnomon::test {
namespace {

using nlohmann::json;

const std::string kTrace = "4bf92f3577b34da6a3ce929d0e0e4736";
const std::string kParent = "00-" + kTrace + "-00f067aa0ba902b7-01";
const std::string kSecret = "canary-7d1f";

// What came back of one call: the exchange that its reply names, and the trace in its trailing metadata.
struct Answered {
    grpc::Status status;
    std::string exchange;
    std::optional<TraceContext> trace;
};

class TraceTest : public ::testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(m_node.start());
        m_stub = inference::GRPCInferenceService::NewStub(
            secureChannel(m_node.connectAs("caller/acme/test", m_node.inference())));
    }

    Answered ask(const std::vector<std::pair<std::string, std::string>>& metadata,
                 const std::string& model = "spam-filter") {
        inference::ModelInferRequest request;
        request.set_model_name(model);
        request.set_id("line\nbreak");
        (*request.mutable_parameters())["note"].set_string_param(kSecret);
        const TensorSet inputs = DemoRows("spam-filter").inputs(0);
        for (const TensorView& tensor : inputs.tensors) {
            auto& input = *request.add_inputs();
            input.set_name(std::string(tensor.name));
            input.set_datatype(std::string(dataTypeName(tensor.type)));
            input.mutable_shape()->Assign(tensor.shape.begin(), tensor.shape.end());
            request.add_raw_input_contents(tensor.data.data(), tensor.data.size());
        }
        grpc::ClientContext context;
        context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
        for (const auto& [key, value] : metadata) {
            context.AddMetadata(key, value);
        }
        inference::ModelInferResponse response;
        Answered answered;
        answered.status = m_stub->ModelInfer(&context, request, &response);
        if (const auto id = response.parameters().find("gnomon_exchange_id"); id != response.parameters().end()) {
            answered.exchange = id->second.string_param();
        }
        const auto& trailing = context.GetServerTrailingMetadata();
        if (const auto trace = trailing.find("traceparent"); trace != trailing.end()) {
            answered.trace = parseTraceParent({trace->second.data(), trace->second.size()});
            EXPECT_TRUE(answered.trace);
        }
        return answered;
    }

    // Once it was recorded.
    Exchange recorded(const std::string& id) {
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        for (;;) {
            const auto detail = await<port::ExchangeDetail>(
                [&](auto done) { m_gateway->getExchange(ExchangeId(id), {}, std::move(done)); });
            if (detail || std::chrono::steady_clock::now() >= until) {
                EXPECT_TRUE(detail) << detail.error().message;
                return detail ? detail->exchange : Exchange{};
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
    }

    std::string asOperator() {
        const CertificateFiles files = m_node.pki().issue("console/ada/laptop");
        return " --node " + m_node.control() + " --server-name localhost --ca " + m_node.pki().ca() + " --cert " +
               files.certificate + " --key " + files.key;
    }

    NodeProcess m_node{{demoModels(), "[log]\nformat = \"json\"\nlevel = \"debug\"\n", 0, false}};
    std::unique_ptr<inference::GRPCInferenceService::Stub> m_stub;
    std::unique_ptr<port::NodeGateway> m_gateway;
};

TEST_F(TraceTest, isCarriedFromTheCallerToTheRowAndTheTrail) {
    m_gateway = m_node.operatorGateway();
    const Answered traced = ask({{"traceparent", kParent}, {"tracestate", "vendor=1"}});
    ASSERT_TRUE(traced.status.ok()) << traced.status.error_message();
    ASSERT_TRUE(traced.trace);
    EXPECT_EQ(traced.trace->traceId(), kTrace);
    EXPECT_NE(traced.trace->parent(), kParent) << "the node is a step of its own";
    EXPECT_EQ(recorded(traced.exchange).traceParent, traced.trace->parent());

    const Answered untraced = ask({});
    EXPECT_FALSE(untraced.trace);
    EXPECT_EQ(recorded(untraced.exchange).traceParent, "");

    const Answered restarted = ask({{"traceparent", "ff-" + kTrace + "-00f067aa0ba902b7-01"}});
    ASSERT_TRUE(restarted.status.ok()) << "no reason to refuse a call";
    ASSERT_TRUE(restarted.trace);
    EXPECT_NE(restarted.trace->traceId(), kTrace);
    const Answered ambiguous = ask({{"traceparent", kParent}, {"traceparent", kParent}});
    ASSERT_TRUE(ambiguous.trace);
    EXPECT_NE(ambiguous.trace->traceId(), kTrace);

    // From a shell, and back in JSON.
    const ProgramEnd shown = runProgram("gnomonctl exchange " + traced.exchange + " --json" + asOperator());
    ASSERT_EQ(shown.code, 0) << shown.text;
    EXPECT_EQ(json::parse(shown.text)["traceparent"], traced.trace->parent());
    const ProgramEnd text = runProgram("gnomonctl exchange " + traced.exchange + asOperator());
    EXPECT_NE(text.text.find("trace      00-" + kTrace), std::string::npos) << text.text;

    // A change says what it was part of.
    const ProgramEnd changed = runCommand("TRACEPARENT=" + kParent + " " + std::getenv("GNOMON_BIN") +
                                          "/gnomonctl fallback spam-filter --reason test" + asOperator());
    ASSERT_EQ(changed.code, 0) << changed.text;
    AuditFilter filter;
    filter.kind = RecordKind::Intent;
    filter.action = "fallback";
    const auto page = await<AuditPage>([&](auto done) { m_gateway->searchAudit(filter, {}, std::move(done)); });
    ASSERT_TRUE(page.ok());
    ASSERT_EQ(page->records.size(), 1u);
    ASSERT_TRUE(page->records[0].payload);
    std::string fact;
    for (const auto& [name, value] : page->records[0].payload->facts) {
        fact = name == "traceparent" ? value : fact;
    }
    EXPECT_TRUE(fact.starts_with("00-" + kTrace + "-")) << fact;

    const ProgramEnd garbled = runProgram("gnomonctl restore spam-filter --reason test --traceparent x" + asOperator());
    EXPECT_EQ(garbled.code, 0) << garbled.text;
    EXPECT_NE(garbled.text.find("'x' is no W3C traceparent"), std::string::npos) << garbled.text;
}

TEST_F(TraceTest, theLogIsJsonWithTheTraceAndWithoutWhatCallersSend) {
    m_gateway = m_node.operatorGateway();
    ASSERT_TRUE(change(*m_gateway, changeRequest(ChangeKind::Disable, "spam-filter")).ok());
    const Answered refused = ask({{"traceparent", kParent}});
    EXPECT_EQ(refused.status.error_code(), grpc::StatusCode::UNAVAILABLE);
    ASSERT_TRUE(refused.trace) << "told with an error, too";
    EXPECT_EQ(m_node.stop(), 0);

    const std::string log = m_node.log();
    EXPECT_EQ(log.find(kSecret), std::string::npos);
    const std::set<std::string> known{"time",    "level",      "component", "message", "endpoint",
                                      "version", "request_id", "trace_id",  "code",    "fields"};
    std::istringstream lines(log);
    bool failed = false;
    bool ready = false;
    for (std::string line; std::getline(lines, line);) {
        const json read = json::parse(line, nullptr, false);
        ASSERT_TRUE(read.is_object()) << line;
        for (const auto& [key, value] : read.items()) {
            EXPECT_TRUE(known.contains(key)) << line;
        }
        EXPECT_TRUE(read.contains("time") && read.contains("level") && read.contains("component")) << line;
        ready = ready || (read["message"] == "ready" && read["component"] == "gnomond");
        if (read["message"] == "call_failed" && read["request_id"] != "proof-of-effect") { // the node's own
            failed = true;
            EXPECT_EQ(read["component"], "serving");
            EXPECT_EQ(read["endpoint"], "spam-filter");
            EXPECT_EQ(read["trace_id"], kTrace);
            EXPECT_EQ(read["request_id"], "line\\u{000a}break");
        }
    }
    EXPECT_TRUE(ready);
    EXPECT_TRUE(failed);
}

} // namespace
} // namespace gnomon::test
