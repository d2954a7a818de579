// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/client/grpc_gateway.h"
#include "backend/proof/plan_codec.h"
#include "backend/wire/access.h"
#include "backend/wire/audit.h"
#include "backend/wire/comparison.h"
#include "backend/wire/deployment.h"
#include "backend/wire/exchange.h"
#include "tests/support/await.h"
#include "tests/support/link_log.h"
#include "tests/unit/client/scripted_node.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

namespace gnomon {
namespace {

using namespace std::chrono_literals;

class GatewayTest : public ::testing::Test {
protected:
    GatewayTest() {
        m_options.connect.address = m_node.address();
        m_options.connect.plaintext = true;
        m_gateway = client::makeGrpcGateway(m_options, m_clock, m_random);
    }
    void renew() { m_gateway = client::makeGrpcGateway(m_options, m_clock, m_random); }

    SystemClock m_clock;
    SystemRandom m_random;
    test::Script m_script;
    test::ScriptedNode m_node{m_script};
    client::GatewayOptions m_options;
    std::unique_ptr<port::NodeGateway> m_gateway;
};

const EndpointName kEndpoint("spam-filter");

// gRPC 1.51 aborts when the last channel of its callback threads goes on one of them. Opening the link replaces the
// channel that the call is under way on, and has not made a call with a callback yet when that one is answered.
TEST_F(GatewayTest, anAnswerMayBeTheLastOnAReplacedChannel) {
    std::promise<void> asked;
    std::promise<void> answered;
    std::atomic<bool> first{true};
    m_script.answer("WhoAmI", [&](const auto&, auto& response) {
        asked.get_future().wait();
        v1::WhoAmIResponse who;
        *who.mutable_principal() = wire::toProto(test::principal());
        response.CopyFrom(who);
        return grpc::Status::OK;
    });
    m_script.answer("GetNode", [&](const auto&, auto&) {
        if (first.exchange(false)) {
            asked.set_value();
            answered.get_future().wait();
            std::this_thread::sleep_for(100ms); // as long as a thread needs to end itself
        }
        return grpc::Status::OK;
    });
    test::LinkLog log;
    m_gateway->whoAmI({}, [&](const Result<Principal>& who) {
        EXPECT_TRUE(who.ok());
        answered.set_value();
    });
    m_gateway->open(log.events());
    EXPECT_EQ(log.awaitUpdate().endpoints.size(), test::nodeUpdate().endpoints.size());
    m_gateway->close();
}

TEST_F(GatewayTest, unaryVerbsGiveWhatTheNodeSent) {
    v1::WhoAmIResponse who;
    *who.mutable_principal() = wire::toProto(test::principal());
    m_script.answer("WhoAmI", who);
    EXPECT_TRUE(test::await<Principal>([&](auto done) { m_gateway->whoAmI({}, done); }).value() == test::principal());

    v1::GetComparisonResponse comparison;
    *comparison.mutable_comparison() = wire::toProto(test::comparison());
    m_script.answer("GetComparison", comparison);
    EXPECT_TRUE(test::await<Comparison>([&](auto done) { m_gateway->getComparison(kEndpoint, {}, done); }).value() ==
                test::comparison());

    m_script.answer("ProveInclusion", wire::toProto(test::provenRecord()));
    EXPECT_TRUE(
        test::await<ProvenRecord>([&](auto done) { m_gateway->proveRecord(Seq(42), {}, done); }).value().record ==
        test::storedRecord());

    m_script.answer("GetExchange", wire::toProto(port::ExchangeDetail{test::exchange(), test::payload(), {}}));
    const auto detail =
        test::await<port::ExchangeDetail>([&](auto done) { m_gateway->getExchange(test::exchange().id, {}, done); });
    EXPECT_TRUE(detail.value().exchange == test::exchange() && detail->payload == test::payload());
}

TEST_F(GatewayTest, requestsCarryWhatWasAsked) {
    v1::ExecutePlanRequest seen;
    m_script.answer("ExecutePlan", [&](const auto& request, auto&) {
        seen.CopyFrom(request);
        return grpc::Status(grpc::StatusCode::FAILED_PRECONDITION, "a generation moved");
    });
    const auto outcome =
        test::await<ChangeOutcome>([&](auto done) { m_gateway->executePlan(test::executeRequest(), {}, done); });
    EXPECT_EQ(outcome.error().code, ErrorCode::FailedPrecondition);
    EXPECT_EQ(outcome.error().message, "a generation moved");
    EXPECT_TRUE(wire::fromProto(seen).value() == test::executeRequest());
}

TEST_F(GatewayTest, pagesAreGathered) {
    m_script.answer("ListGenerations", [](const auto& request, auto& response) {
        const auto& asked = dynamic_cast<const v1::ListGenerationsRequest&>(request);
        auto& page = dynamic_cast<v1::ListGenerationsResponse&>(response);
        const int first = asked.page_token().empty() ? 9 : std::stoi(asked.page_token());
        for (int number = first; number > first - 3; --number) {
            Generation generation = test::generation();
            generation.number = GenerationNumber(static_cast<std::uint64_t>(number));
            *page.add_generations() = wire::toProto(generation);
        }
        page.set_next_page_token(first == 3 ? "" : std::to_string(first - 3));
        return grpc::Status::OK;
    });
    const auto all =
        test::await<std::vector<Generation>>([&](auto done) { m_gateway->listGenerations(kEndpoint, {}, done); });
    ASSERT_EQ(all.value().size(), 9u);
    EXPECT_EQ(all->front().number.value, 9u);
    EXPECT_EQ(all->back().number.value, 1u);
}

TEST_F(GatewayTest, listWithoutEndIsRefused) {
    v1::ListEndpointsResponse page;
    page.set_next_page_token("again");
    m_script.answer("ListEndpoints", page);
    const auto all = test::await<std::vector<EndpointSnapshot>>([&](auto done) { m_gateway->listEndpoints({}, done); });
    EXPECT_EQ(all.error().code, ErrorCode::Corrupt);
}

TEST_F(GatewayTest, previewWhoseDigestIsNotItsPlansIsRefused) {
    PlanPreview preview = test::preview();
    preview.digest = proof::planDigest(preview.plan).value();
    v1::PlanChangeResponse response;
    *response.mutable_preview() = wire::toProto(preview);
    m_script.answer("PlanChange", response);
    const auto plan = [&] {
        return test::await<PlanPreview>([&](auto done) { m_gateway->planChange(test::changeRequest(), {}, done); });
    };
    EXPECT_TRUE(plan().value() == preview);
    response.mutable_preview()->mutable_plan()->mutable_targets(0)->mutable_result()->set_production(3);
    m_script.answer("PlanChange", response);
    EXPECT_EQ(plan().error().code, ErrorCode::Corrupt);
}

TEST_F(GatewayTest, malformedAnswerIsCorrupt) {
    v1::GetComparisonResponse response;
    *response.mutable_comparison() = wire::toProto(test::comparison());
    response.mutable_comparison()->set_verdict(static_cast<v1::Verdict>(77));
    m_script.answer("GetComparison", response);
    const auto got = test::await<Comparison>([&](auto done) { m_gateway->getComparison(kEndpoint, {}, done); });
    EXPECT_EQ(got.error().code, ErrorCode::Corrupt);
}

TEST_F(GatewayTest, answerBeyondTheSizeCapIsRefused) {
    v1::GetExchangeResponse response = wire::toProto(port::ExchangeDetail{test::exchange(), {}, "x"});
    response.set_withheld(std::string(17u << 20, 'x'));
    m_script.answer("GetExchange", response);
    const auto got =
        test::await<port::ExchangeDetail>([&](auto done) { m_gateway->getExchange(test::exchange().id, {}, done); });
    EXPECT_EQ(got.error().code, ErrorCode::ResourceExhausted);
}

TEST_F(GatewayTest, nodeThatNeverAnswersIsGivenUpAtTheDeadline) {
    m_options.callDeadline = 100ms;
    renew();
    m_script.hang("WhoAmI");
    const auto got = test::await<Principal>([&](auto done) { m_gateway->whoAmI({}, done); });
    EXPECT_EQ(got.error().code, ErrorCode::DeadlineExceeded);
}

TEST_F(GatewayTest, stopTokenCancelsACallBeforeAndWhileItRuns) {
    m_script.hang("WhoAmI");
    std::stop_source stop;
    const auto running = test::await<Principal>([&](auto done) {
        m_gateway->whoAmI(stop.get_token(), done);
        stop.request_stop();
    });
    EXPECT_EQ(running.error().code, ErrorCode::Cancelled);
    const auto late = test::await<Principal>([&](auto done) { m_gateway->whoAmI(stop.get_token(), done); });
    EXPECT_EQ(late.error().code, ErrorCode::Cancelled);
}

TEST_F(GatewayTest, closeEndsEveryCallAndNothingIsSaidAfterIt) {
    m_script.hang("WhoAmI");
    std::atomic<int> answered{0};
    for (int i = 0; i < 50; ++i) {
        m_gateway->whoAmI({}, [&](const Result<Principal>& result) {
            EXPECT_FALSE(result.ok());
            ++answered;
        });
    }
    m_gateway->close();
    EXPECT_EQ(answered, 50);
    m_gateway->whoAmI({}, [&](const Result<Principal>&) { ++answered; });
    EXPECT_EQ(answered, 50);
}

TEST_F(GatewayTest, cancellingAndClosingTogetherIsSafe) {
    m_script.hang("WhoAmI");
    v1::ExportRecordsResponse limits;
    m_script.answer("ExportRecords", limits);
    for (int round = 0; round < 30; ++round) {
        renew();
        std::stop_source stop;
        for (int i = 0; i < 5; ++i) {
            m_gateway->whoAmI(stop.get_token(), [](const auto&) {});
            m_gateway->exportAudit(stop.get_token(), {[](auto...) {}, [](const auto&) {}});
        }
        std::jthread canceller([&] { stop.request_stop(); });
        m_gateway->close();
    }
}

TEST_F(GatewayTest, exportComesInOrderAndEndsComplete) {
    v1::ExportRecordsResponse limits;
    limits.set_done(5);
    limits.set_total(5);
    m_script.answer("ExportRecords", limits);
    std::string text;
    const auto run = [&] {
        text.clear();
        return test::await<void>([&](auto done) {
            m_gateway->exportAudit({}, {[&](ByteView chunk, auto, auto) { text += asText(chunk); }, done});
        });
    };
    EXPECT_TRUE(run().ok());
    EXPECT_EQ(text, "abcde");
    limits.set_done(3);
    m_script.answer("ExportRecords", limits);
    EXPECT_EQ(run().error().code, ErrorCode::Corrupt) << "cut short";
}

} // namespace
} // namespace gnomon
