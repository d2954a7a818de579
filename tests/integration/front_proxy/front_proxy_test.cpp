// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/integration/front_proxy/front_proxy.h"
#include "tests/integration/front_proxy/stranger.h"
#include "tests/support/await.h"
#include "tests/support/demo_rows.h"
#include "tests/support/http_get.h"
#include "tests/support/node_process.h"
#include "tests/support/run_program.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>
#include <inference/grpc_service.grpc.pb.h>

#include <atomic>
#include <regex>

namespace gnomon::test {
namespace {

using namespace std::chrono_literals;
using Fate = Stranger::Fate;
using Steady = std::chrono::steady_clock;

// What haproxy.cfg says.
constexpr int kMostOpen = 30;
constexpr int kMostNewInTenSeconds = 60;
constexpr int kMostLines = 5; // of one address in a minute

double secondsSince(Steady::time_point start) {
    return std::chrono::duration<double>(Steady::now() - start).count();
}

class FrontProxyTest : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        ASSERT_EQ(::access(FrontProxy::program(), X_OK), 0) << "haproxy is not installed: ./run setup";
        s_node = std::make_unique<NodeProcess>(NodeProcessOptions{demoModels(), "", 0, false});
        ASSERT_TRUE(s_node->start());
    }
    static void TearDownTestSuite() { s_node.reset(); }
    void SetUp() override { ASSERT_TRUE(s_node) << "there is no node to put a proxy in front of"; }

    void startProxy(const Settings& settings = {}) {
        m_proxy = std::make_unique<FrontProxy>(s_node->inference(), settings);
    }
    // A connection of its own through the proxy, from 127.0.0.1.
    std::unique_ptr<client::InferenceClient> callerAs(const std::string& role) {
        return client::makeInferenceClient(s_node->connectAs(role, m_proxy->address())).value();
    }
    Result<client::InferReply> ask(client::InferenceClient& client) {
        client::InferCall call;
        call.model = "spam-filter";
        call.inputs = m_rows.inputs(0);
        call.deadline = 20s;
        return client.infer(call);
    }
    // How the connections end, of which those that are not answered are over within a generous time.
    static int answered(std::vector<Stranger>& strangers) {
        int count = 0;
        for (Stranger& stranger : strangers) {
            const Fate fate = stranger.fate(20s);
            EXPECT_NE(fate, Fate::Waiting);
            count += fate == Fate::Answered ? 1 : 0;
        }
        return count;
    }
    // Connections that the node has taken, and how many of them may be the proxy's own looks whether it is there.
    static double accepted() {
        const double count = Samples(
            httpGet(s_node->metrics(), "/metrics"))["gnomon_connections_accepted_total{interface=\"inference\"}"];
        EXPECT_GE(count, 1) << "there was a call before, and the node counts it";
        return count;
    }
    static double checksSince(Steady::time_point start) { return 2 + secondsSince(start); }
    // What the log says of an address. A line is written a moment after the connection was closed: waits for so many.
    int linesOf(const std::string& source, const std::string& reason, int atLeast = 1) const {
        const std::regex line("from=" + source + ":[0-9]+ refused=" + reason + " ");
        const auto until = Steady::now() + 20s;
        for (;;) {
            const std::string log = m_proxy->log();
            const auto found = std::distance(std::sregex_iterator(log.begin(), log.end(), line), {});
            if (found >= atLeast || Steady::now() > until) {
                return static_cast<int>(found);
            }
            std::this_thread::sleep_for(10ms); // between two looks
        }
    }

    static std::unique_ptr<NodeProcess> s_node;
    std::unique_ptr<FrontProxy> m_proxy;
    const DemoRows m_rows{"spam-filter"};
};
std::unique_ptr<NodeProcess> FrontProxyTest::s_node;

TEST_F(FrontProxyTest, haproxyHasNothingToWarnOf) {
    for (const char* settings : {"", "GNOMON_PROXY_LISTEN=:::443 GNOMON_PROXY_NODE=192.0.2.1:8001 ",
                                 "GNOMON_PROXY_NAMES='one.example two.example' GNOMON_PROXY_USER= "}) {
        const ProgramEnd end =
            runCommand(std::string(settings) + FrontProxy::program() + " -c -f " + FrontProxy::configuration());
        EXPECT_EQ(end.code, 0) << settings;
        EXPECT_EQ(end.text, "Configuration file is valid\n") << settings;
    }
}

TEST_F(FrontProxyTest, theNodeKnowsWhoCallsAndTheProxyHoldsNothingOfIt) {
    startProxy();
    const auto gateway = s_node->operatorGateway();
    for (const std::string role : {"caller/acme/one", "caller/acme/two"}) {
        const auto reply = ask(*callerAs(role));
        ASSERT_TRUE(reply.ok()) << reply.error().message << "\n" << m_proxy->log();
        Result<port::ExchangeDetail> detail = Error{ErrorCode::NotFound, "", ""};
        const auto until = Steady::now() + 20s;
        while (!detail && Steady::now() < until) { // recorded after the reply
            detail = await<port::ExchangeDetail>(
                [&](auto done) { gateway->getExchange(ExchangeId(reply->exchange), {}, std::move(done)); });
        }
        ASSERT_TRUE(detail.ok()) << detail.error().message;
        EXPECT_EQ(detail->exchange.caller, "spiffe://example.org/" + role);
    }
    if (::geteuid() == 0) {
        const std::string folder = "/proc/" + std::to_string(m_proxy->pid());
        EXPECT_TRUE(std::regex_search(readFile(folder + "/status").value(), std::regex("\nUid:\t[1-9]"))) << "is root";
        EXPECT_EQ(std::filesystem::read_symlink(folder + "/root"), "/var/lib/haproxy");
    }
}

TEST_F(FrontProxyTest, whoeverHasNoCertificateOfTheAuthorityIsNotAnswered) {
    startProxy();
    grpc::SslCredentialsOptions tls;
    tls.pem_root_certs = readFile(s_node->pki().ca()).value();
    grpc::ChannelArguments arguments;
    arguments.SetSslTargetNameOverride("localhost");
    const auto stub = inference::GRPCInferenceService::NewStub(
        grpc::CreateCustomChannel(m_proxy->address(), grpc::SslCredentials(tls), arguments));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + 20s);
    inference::ServerLiveResponse live;
    EXPECT_EQ(stub->ServerLive(&context, {}, &live).error_code(), grpc::StatusCode::UNAVAILABLE);

    TestPki other;
    const CertificateFiles files = other.issue("caller/acme/test");
    client::ConnectOptions connect = s_node->connectAs("caller/acme/test", m_proxy->address());
    connect.certificateFile = files.certificate;
    connect.keyFile = files.key;
    const auto reply = ask(*client::makeInferenceClient(connect).value());
    ASSERT_FALSE(reply.ok());
    EXPECT_EQ(reply.error().code, ErrorCode::Unauthenticated) << reply.error().message;
    EXPECT_TRUE(ask(*callerAs("caller/acme/test")).ok());
}

// One address opens hundreds of connections and keeps them, another one as many in turn. They get what one address may
// have; a third one is answered throughout, on a connection that is open and on new ones.
TEST_F(FrontProxyTest, aFloodFromOneAddressGetsWhatOneAddressMayHave) {
    startProxy();
    const auto early = callerAs("caller/acme/early");
    ASSERT_TRUE(ask(*early).ok());
    std::atomic<bool> over{false};
    std::atomic<int> calls{0};
    std::atomic<int> failures{0};
    std::jthread caller([&] {
        while (!over) {
            failures += ask(*early).ok() ? 0 : 1;
            // The callers' own address has its limits, too.
            failures += calls < kMostNewInTenSeconds / 2 && !ask(*callerAs("caller/acme/late")).ok() ? 1 : 0;
            ++calls;
        }
    });
    const std::string hello = clientHello("localhost");
    const double before = accepted();
    const auto start = Steady::now();

    std::vector<Stranger> held;
    for (int i = 0; i < 400; ++i) {
        held.emplace_back("127.0.0.2", m_proxy->address(), hello);
    }
    const double opened = secondsSince(start);
    const int open = answered(held);
    int inTurn = 0;
    const auto turns = Steady::now();
    int times = 0;
    for (; times < 400 || (calls < 10 && failures == 0); ++times) { // goes on while the others are looked at
        Stranger stranger("127.0.0.3", m_proxy->address(), hello);
        inTurn += stranger.fate(20s) == Fate::Answered ? 1 : 0;
        std::this_thread::sleep_for(1ms); // the attack's pace
    }
    const double turned = secondsSince(turns);
    over = true;
    caller.join();

    EXPECT_GT(open, 0);
    if (opened < 2) { // after 3 s the node lets go of those that say no more, and their places are free
        EXPECT_LE(open, kMostOpen);
    }
    EXPECT_GT(inTurn, kMostOpen) << "connections that are over count no more";
    EXPECT_LE(inTurn, kMostNewInTenSeconds * (1 + turned / 10));
    EXPECT_LE(accepted() - before, open + inTurn + calls + checksSince(start));
    EXPECT_EQ(failures, 0) << "of " << calls;
    for (const auto& [source, reason] : {std::pair{"127.0.0.2", "too-many-open"}, {"127.0.0.3", "too-many-new"}}) {
        EXPECT_GT(linesOf(source, reason), 0) << m_proxy->log();
        EXPECT_LE(linesOf(source, reason), kMostLines) << m_proxy->log();
    }
    std::printf("connections=400+%d opened_s=%.2f held=%d in_turn=%d turned_s=%.2f calls=%d failed=%d\n", times, opened,
                open, inTurn, turned, calls.load(), failures.load());
}

TEST_F(FrontProxyTest, theNodeSeesNobodyWhoDoesNotBeginTls) {
    startProxy();
    ASSERT_TRUE(ask(*callerAs("caller/acme/test")).ok());
    const std::string hello = clientHello("localhost");
    const double before = accepted();
    const auto start = Steady::now();
    std::vector<Stranger> plain;
    std::vector<Stranger> waiting;
    for (int i = 0; i < kMostOpen; ++i) {
        plain.emplace_back("127.0.0.4", m_proxy->address(), "GET / HTTP/1.1\r\nHost: node\r\n\r\n");
        plain.emplace_back("127.0.0.5", m_proxy->address(), "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"); // gRPC without TLS
        waiting.emplace_back("127.0.0.6", m_proxy->address(), "");
        waiting.emplace_back("127.0.0.7", m_proxy->address(), hello.substr(0, hello.size() - 1));
    }
    EXPECT_EQ(answered(plain), 0);
    const double atOnce = secondsSince(start);
    EXPECT_EQ(answered(waiting), 0);
    EXPECT_GE(secondsSince(start), 2.5) << "a slow caller has its 3 s";
    EXPECT_LE(accepted() - before, checksSince(start));
    for (const char* source : {"127.0.0.4", "127.0.0.5", "127.0.0.6", "127.0.0.7"}) {
        EXPECT_GT(linesOf(source, "no-tls"), 0) << m_proxy->log();
        EXPECT_LE(linesOf(source, "no-tls"), kMostLines) << m_proxy->log();
    }
    EXPECT_EQ(m_proxy->log().find("HTTP"), std::string::npos) << "what strangers write is not in the log";
    std::printf("plain_s=%.2f waiting_s=%.2f accepted=%.0f\n", atOnce, secondsSince(start), accepted() - before);
}

TEST_F(FrontProxyTest, whereNamesAreGivenOthersAreRefused) {
    startProxy({{"GNOMON_PROXY_NAMES", "node.example localhost"}});
    EXPECT_TRUE(ask(*callerAs("caller/acme/test")).ok()) << m_proxy->log();
    const auto fateOf = [&](const std::string& name) {
        return Stranger("127.0.0.8", m_proxy->address(), clientHello(name)).fate(20s);
    };
    EXPECT_EQ(fateOf("NODE.example"), Fate::Answered);
    EXPECT_EQ(fateOf("node.example.org"), Fate::Closed);
    EXPECT_EQ(fateOf(""), Fate::Closed);
    EXPECT_EQ(linesOf("127.0.0.8", "unknown-name", 2), 2) << m_proxy->log();
}

} // namespace
} // namespace gnomon::test
