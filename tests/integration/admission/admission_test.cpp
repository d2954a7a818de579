// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/await.h"
#include "tests/support/dense_model.h"
#include "tests/support/failing_models.h"
#include "tests/support/link_log.h"
#include "tests/support/model_folder.h"
#include "tests/support/node_process.h"
#include "tests/support/open_loop.h"

#include <gtest/gtest.h>

namespace gnomon::test {
namespace {

using namespace std::chrono_literals;

// Asks again and again, for a generous time, whether something has come about.
template <class Condition>
bool eventually(Condition condition, std::chrono::seconds most = 20s) {
    const auto until = std::chrono::steady_clock::now() + most;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > until) {
            return false;
        }
        std::this_thread::sleep_for(20ms); // between two questions
    }
    return true;
}

class AdmissionTest : public ::testing::Test {
protected:
    void start(const std::string& moreConfig = {}, const std::string& model = TinyOnnx::identity()) {
        writeText(m_models.path() / "spam" / "1" / "model.onnx", model);
        m_node = std::make_unique<NodeProcess>(NodeProcessOptions{m_models.path(), moreConfig, 0, false});
        ASSERT_TRUE(m_node->start());
    }
    std::unique_ptr<client::InferenceClient> callerAs(const std::string& role) {
        return client::makeInferenceClient(m_node->connectAs(role, m_node->inference())).value();
    }
    static Result<client::InferReply> ask(client::InferenceClient& client) { return client.infer(callOf("spam", 5s)); }
    std::vector<AuditRecord> reloads(port::NodeGateway& gateway) {
        AuditFilter filter;
        filter.kind = RecordKind::Config;
        const auto page = await<AuditPage>([&](auto done) { gateway.searchAudit(filter, {}, std::move(done)); });
        std::vector<AuditRecord> records;
        for (const StoredRecord& stored : page ? page->records : std::vector<StoredRecord>()) {
            records.push_back(stored.record);
        }
        return records; // newest first
    }

    ModelFolder m_models;
    std::unique_ptr<NodeProcess> m_node;
};

TEST_F(AdmissionTest, limitsAreTakenOverWhileTheNodeRunsAndABadFileChangesNothing) {
    start();
    const auto gateway = m_node->operatorGateway();
    const auto client = callerAs("caller/acme/test");
    for (int i = 0; i < 50; ++i) {
        ASSERT_TRUE(ask(*client).ok()) << i;
    }
    m_node->reconfigure("[limits]\ncalls_per_second_per_caller = 0.01\nburst_per_caller = 1\n");
    ASSERT_TRUE(eventually([&] { return !reloads(*gateway).empty(); })) << m_node->log();
    EXPECT_EQ(reloads(*gateway)[0].object, "limits");
    EXPECT_EQ(reloads(*gateway)[0].result, "ok");
    EXPECT_EQ(reloads(*gateway)[0].actor.person, "machine:reload");
    EXPECT_TRUE(ask(*client).ok()) << "the burst of one";
    const auto refused = ask(*client);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::ResourceExhausted);
    m_node->reconfigure("[limits]\ncalls_per_second_per_caller = \"many\"\n");
    ASSERT_TRUE(eventually([&] { return reloads(*gateway).size() == 2; })) << m_node->log();
    EXPECT_EQ(reloads(*gateway)[0].result, "failed");
    EXPECT_NE(reloads(*gateway)[0].reason.find("calls_per_second_per_caller"), std::string::npos);
    EXPECT_FALSE(ask(*client).ok()) << "what there was stays in force";
    m_node->reconfigure("");
    EXPECT_TRUE(eventually([&] { return ask(*client).ok(); }));
}

TEST_F(AdmissionTest, aRevokedCertificateIsRefusedOnConnectionsThatAreOpen) {
    TempFolder lists;
    start("crl = \"" + lists.path().string() + "\"\n");
    const auto gateway = m_node->operatorGateway();
    const auto connect = m_node->connectAs("caller/acme/stolen", m_node->inference());
    const auto stolen = client::makeInferenceClient(connect).value();
    const auto other = callerAs("caller/acme/test");
    ASSERT_TRUE(ask(*stolen).ok());
    ASSERT_TRUE(ask(*other).ok());
    const std::string certificate = readFile(connect.certificateFile).value();
    ASSERT_TRUE(replaceFile(lists.path() / "list.pem", m_node->pki().revoke({certificate}), 0644).ok());
    const auto published = std::chrono::steady_clock::now();
    ASSERT_TRUE(eventually([&] { return !ask(*stolen).ok(); })) << m_node->log();
    EXPECT_LT(std::chrono::steady_clock::now() - published, 10s); // usually one
    ASSERT_TRUE(eventually([&] { return !reloads(*gateway).empty(); })) << m_node->log();
    EXPECT_EQ(reloads(*gateway)[0].object, "revocations");
    EXPECT_EQ(reloads(*gateway)[0].result, "ok");
    EXPECT_FALSE(ask(*client::makeInferenceClient(connect).value()).ok()) << "a new connection";
    EXPECT_TRUE(ask(*other).ok());
    ASSERT_TRUE(replaceFile(lists.path() / "list.pem", "nonsense", 0644).ok());
    ASSERT_TRUE(eventually([&] { return reloads(*gateway).size() == 2; })) << m_node->log();
    EXPECT_EQ(reloads(*gateway)[0].result, "failed");
    EXPECT_FALSE(ask(*stolen).ok()) << "what was revoked stays so";
}

TEST_F(AdmissionTest, anOverdueRevocationListIsAnAlarmUntilTheNextOneIsThere) {
    const TempFolder lists;
    start("crl = \"" + lists.path().string() + "\"\n");
    LinkLog log;
    const auto gateway = m_node->operatorGateway();
    gateway->open(log.events());
    const auto overdue = [](const std::string& alarms) {
        return alarms.find("revocation list is overdue") != alarms.npos;
    };
    ASSERT_TRUE(replaceFile(lists.path() / "list.pem", m_node->pki().revoke({}, -1), 0644).ok());
    EXPECT_PRED1(overdue, log.awaitAlarms(overdue));
    ASSERT_TRUE(replaceFile(lists.path() / "list.pem", m_node->pki().revoke({}), 0644).ok());
    const std::string left = log.awaitAlarms(std::not_fn(overdue));
    EXPECT_FALSE(overdue(left)) << left;
    gateway->close();
}

TEST_F(AdmissionTest, certificatesAreTakenOverOnlyWhenTheyFit) {
    start();
    const auto gateway = m_node->operatorGateway();
    const CertificateFiles fresh = m_node->pki().issue("node/test", {"localhost", "127.0.0.1"});
    const std::string old = readFile(m_node->certificate().certificate).value();
    const auto put = [&](const std::string& certificate) {
        return replaceFile(m_node->certificate().certificate, certificate, 0600).ok();
    };
    ASSERT_TRUE(put(readFile(fresh.certificate).value())); // the key is still another one's
    ASSERT_TRUE(eventually([&] { return reloads(*gateway).size() == 1; })) << m_node->log();
    EXPECT_EQ(reloads(*gateway)[0].result, "failed");
    EXPECT_EQ(reloads(*gateway)[0].object, "certificates");
    EXPECT_TRUE(ask(*callerAs("caller/acme/new")).ok()) << "handshakes go on with what there was";
    ASSERT_TRUE(replaceFile(m_node->certificate().key, readFile(fresh.key).value(), 0600).ok());
    ASSERT_TRUE(eventually([&] { return reloads(*gateway).size() == 2; })) << m_node->log();
    EXPECT_EQ(reloads(*gateway)[0].result, "ok");
    EXPECT_TRUE(ask(*callerAs("caller/acme/newer")).ok());
}

TEST_F(AdmissionTest, anIdentityHasNoMoreConnectionsThanItMay) {
    start("[limits]\nconnections_per_identity = 3\n");
    const auto greedy = m_node->connectAs("caller/acme/greedy", m_node->inference());
    std::vector<std::unique_ptr<client::InferenceClient>> clients;
    int answered = 0;
    for (int i = 0; i < 5; ++i) {
        clients.push_back(client::makeInferenceClient(greedy).value());
        answered += ask(*clients.back()).ok() ? 1 : 0;
    }
    EXPECT_LE(answered, 3);
    EXPECT_GE(answered, 1);
    EXPECT_TRUE(ask(*callerAs("caller/acme/modest")).ok());
}

// The model is so heavy that 1,000 calls a second are too many for any processor; how well the rest fares is measured
// by the bench.
TEST_F(AdmissionTest, underOverloadTheRestIsToldSoAndOperatorsAreAnswered) {
    writeText(m_models.path() / "spam" / "endpoint.toml", kDenseToml);
    start("", denseModel(32, 512));
    const auto gateway = m_node->operatorGateway();
    OpenLoop generator(m_node->connectAs("caller/acme/test", m_node->inference()), 8, rowsRequest("spam", 16));
    const double rate = 1000.0 * std::max(2U, std::thread::hardware_concurrency());
    OpenLoopResult result;
    std::atomic<bool> over{false};
    std::jthread flood([&] {
        result = generator.run({rate, 1000ms, 4000ms, 10s});
        over = true;
    });
    int asked = 0;
    double slowest = 0;
    while (!over) {
        const auto sent = std::chrono::steady_clock::now();
        const auto endpoints =
            await<std::vector<EndpointSnapshot>>([&](auto done) { gateway->listEndpoints({}, std::move(done)); });
        ASSERT_TRUE(endpoints.ok()) << endpoints.error().message;
        slowest = std::max(slowest, std::chrono::duration<double>(std::chrono::steady_clock::now() - sent).count());
        ++asked;
    }
    flood.join();
    std::printf("calls=%llu answered=%zu shed=%zu failed=%llu operator_calls=%d slowest_s=%.3f lag_s=%.3f\n",
                static_cast<unsigned long long>(result.calls()), result.answered.size(), result.shed.size(),
                static_cast<unsigned long long>(result.failed), asked, slowest, result.worstLag);
    EXPECT_GT(result.answered.size(), 0U);
    EXPECT_GT(result.shed.size(), 0U) << "the load was no overload";
    EXPECT_EQ(result.failed, 0U) << result.failure;
    EXPECT_GT(asked, 3);
    EXPECT_LT(slowest, 2);
}

} // namespace
} // namespace gnomon::test
