// SPDX-License-Identifier: GPL-3.0-or-later
// A real node whose files cannot grow any more: what it still does, what it refuses, and that it recovers by itself.
#include "backend/audit/fsck.h"
#include "backend/proof/verifier_key.h"
#include "tests/support/await.h"
#include "tests/support/callers.h"
#include "tests/support/link_log.h"
#include "tests/support/model_folder.h"
#include "tests/support/node_process.h"
#include "tests/support/tiny_onnx.h"

#include <gtest/gtest.h>

#include <cstring>

namespace gnomon::test {
namespace {

using namespace std::chrono_literals;

// y = x / 0: never finite for what is asked here, so that the constant answers.
std::string divideByZero() {
    const std::string zero = TinyOnnx::tensor("zero", TinyOnnx::Float, {1}, std::string(4, '\0'));
    return TinyOnnx()
        .add(TinyOnnx::node("Div", {"x", "zero"}, {"y"}))
        .initializer(zero)
        .input(TinyOnnx::value("x", TinyOnnx::Float, {-1, 2}))
        .output(TinyOnnx::value("y", TinyOnnx::Float, {-1, 2}))
        .file();
}

class DiskFull : public ::testing::Test {
protected:
    DiskFull() {
        for (const auto& [name, model] :
             {std::pair<const char*, std::string>{"healthy", TinyOnnx::identity()}, {"failing", divideByZero()}}) {
            writeText(m_models.path() / name / "1" / "model.onnx", model);
            writeText(m_models.path() / name / "endpoint.toml",
                      // However slow the machine is, what is healthy answers for itself.
                      "[budget]\nmilliseconds = 8000\n[initial]\nproduction = 1\nchain = "
                      "[\"constant\"]\n[[constant]]\nname = \"y\"\n"
                      "datatype = \"FP32\"\nshape = [1, 2]\ndata = [0.25, 0.75]\n");
        }
    }
    static client::InferCall callOf(const std::string& model) {
        client::InferCall call;
        call.model = model;
        const float values[] = {1.0F, 2.0F};
        Tensor tensor{"x", DataType::Fp32, {1, 2}, Bytes(sizeof values)};
        std::memcpy(tensor.data.data(), values, sizeof values);
        call.inputs = makeTensorSet({std::move(tensor)});
        call.deadline = 10s;
        return call;
    }
    static std::vector<StoredRecord> recordsOf(port::NodeGateway& gateway, RecordKind kind) {
        AuditFilter filter;
        filter.kind = kind;
        const auto page = await<AuditPage>([&](auto done) { gateway.searchAudit(filter, {}, std::move(done)); });
        EXPECT_TRUE(page.ok()) << page.error().message;
        return page.ok() ? page->records : std::vector<StoredRecord>();
    }

    ModelFolder m_models;
};

TEST_F(DiskFull, servingAndSubstitutionGoOnControlIsRefusedAndTheTrailRecoversByItself) {
    NodeProcess node({m_models.path(), "", 0, false});
    ASSERT_TRUE(node.start());
    LinkLog log;
    const auto gateway = node.operatorGateway();
    gateway->open(log.events());
    const auto info = await<NodeInfo>([&](auto done) { gateway->getNode({}, std::move(done)); });
    ASSERT_TRUE(info.ok());
    const auto client = node.caller(2);
    ASSERT_TRUE(client->infer(callOf("healthy")).ok());

    node.limitFiles(40 * 1024); // less than the log's files have, and room for some records in the reserve
    std::atomic<std::uint64_t> wrong{0};
    Callers callers(
        *client, 2, UINT64_MAX / 4, [](std::uint64_t n) { return callOf(n % 2 == 0 ? "failing" : "healthy"); },
        [&](const client::InferReply& reply, auto) {
            wrong += reply.servedBy == "production" || reply.servedBy == "constant" ? 0 : 1;
        });
    const auto refused = change(*gateway, changeRequest(ChangeKind::Disable, "healthy"));
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::Unavailable);
    EXPECT_NE(refused.error().message.find("nothing was changed"), std::string::npos) << refused.error().message;
    const std::string alarms =
        log.awaitAlarms([](const std::string& all) { return all.find("1 waiting") != std::string::npos; });
    EXPECT_NE(alarms.find("the audit trail is in trouble"), std::string::npos) << alarms;
    EXPECT_NE(alarms.find("1 waiting"), std::string::npos) << alarms;

    const auto freed = std::chrono::steady_clock::now();
    node.limitFiles(RLIM_INFINITY);
    const std::string left = log.awaitAlarms( // others, of a disk that is nearly full, say, are the machine's own
        [](const std::string& all) { return all.find("the audit trail") == std::string::npos; });
    EXPECT_EQ(left.find("the audit trail"), std::string::npos) << left;
    const double recovery = std::chrono::duration<double>(std::chrono::steady_clock::now() - freed).count();
    EXPECT_TRUE(change(*gateway, changeRequest(ChangeKind::Fallback, "healthy")).ok());
    callers.stop();
    std::printf("calls=%llu failures=[%s] recovery_s=%.2f\n", static_cast<unsigned long long>(callers.calls()),
                callers.failures().c_str(), recovery);
    EXPECT_EQ(callers.failures(), "");
    EXPECT_EQ(wrong.load(), 0U);

    const auto gaps = recordsOf(*gateway, RecordKind::Gap);
    ASSERT_EQ(gaps.size(), 1U);
    const auto substitutions = recordsOf(*gateway, RecordKind::Substitution);
    ASSERT_FALSE(substitutions.empty());
    EXPECT_EQ(substitutions.back().record.seq.value, gaps[0].record.seq.value + 1) << "the oldest";
    EXPECT_LT(substitutions.back().record.time, gaps[0].record.time) << "told as it was when it happened";

    EXPECT_EQ(node.stop(), 0) << node.log();
    const auto key = proof::VerifierKey::parse(info->auditVerifierKey);
    ASSERT_TRUE(key.ok());
    const auto report = audit::checkWholeLog(node.state() / "audit.db", {info->auditOrigin, *key});
    ASSERT_TRUE(report.ok()) << report.error().message;
    EXPECT_TRUE(report->ok()) << report->finding;
    EXPECT_EQ(report->openIntents, 0U);
}

TEST_F(DiskFull, whenTheReserveIsLostTooItHoldsOrStopsAsConfigured) {
    for (const bool stops : {false, true}) {
        NodeProcess node({m_models.path(),
                          stops ? "[audit]\non_audit_loss = \"stop\"\n" : "[audit]\non_audit_loss = \"hold\"\n", 0,
                          false});
        ASSERT_TRUE(node.start());
        LinkLog log;
        const auto gateway = node.operatorGateway();
        gateway->open(log.events());
        const auto client = node.caller();
        ASSERT_TRUE(client->infer(callOf("healthy")).ok());
        node.limitFiles(4096); // not even the reserve's first entry
        EXPECT_EQ(client->infer(callOf("failing"))->servedBy, "constant");
        if (stops) {
            EXPECT_EQ(node.wait(), 5) << node.log();
            continue;
        }
        const std::string alarms = log.awaitAlarms(
            [](const std::string& all) { return all.find("the reserve takes no more") != std::string::npos; });
        EXPECT_NE(alarms.find("the reserve takes no more"), std::string::npos) << alarms;
        EXPECT_EQ(client->infer(callOf("healthy"))->servedBy, "production") << "it holds";
        EXPECT_EQ(change(*gateway, changeRequest(ChangeKind::Disable, "healthy")).error().code, ErrorCode::Unavailable);
        EXPECT_EQ(node.stop(), 0);
    }
}

} // namespace
} // namespace gnomon::test
