// SPDX-License-Identifier: GPL-3.0-or-later
// A real node that is killed just after an experiment was declared.
#include "tests/support/await.h"
#include "tests/support/demo_rows.h"
#include "tests/support/node_process.h"

#include <gtest/gtest.h>

namespace gnomon::test {
namespace {

const EndpointName kEndpoint("spam-filter");

class DeclaredExperiment : public ::testing::Test {
protected:
    void SetUp() override { restart(); }

    void restart() {
        if (m_gateway) {
            m_node.kill(SIGKILL);
        }
        ASSERT_TRUE(m_node.start());
        m_gateway = m_node.operatorGateway();
    }
    Result<Comparison> comparison() {
        return await<Comparison>([&](auto done) { m_gateway->getComparison(kEndpoint, {}, std::move(done)); });
    }
    // Calls until one was compared.
    Result<Comparison> firstComparison() {
        const auto client = m_node.caller();
        const DemoRows rows(kEndpoint.value);
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        Result<Comparison> found = comparison();
        for (std::size_t i = 0; !found.ok() && std::chrono::steady_clock::now() < until; ++i) {
            client::InferCall call;
            call.model = kEndpoint.value;
            call.inputs = rows.inputs(i);
            call.deadline = std::chrono::seconds(20);
            EXPECT_TRUE(client->infer(call).ok());
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
            found = comparison();
        }
        return found;
    }

    NodeProcess m_node{{demoModels(), "", 0, false}};
    std::unique_ptr<port::NodeGateway> m_gateway;
};

TEST_F(DeclaredExperiment, isTheSameAfterTheNodeWasKilled) {
    const auto first = firstComparison();
    ASSERT_TRUE(first.ok()) << first.error().message;
    const auto declared =
        await<Comparison>([&](auto done) { m_gateway->startExperiment(kEndpoint, "new data", {}, std::move(done)); });
    ASSERT_TRUE(declared.ok()) << declared.error().message;
    EXPECT_NE(declared->experiment, first->experiment);
    restart();
    const auto restored = comparison();
    ASSERT_TRUE(restored.ok()) << restored.error().message;
    EXPECT_EQ(restored->experiment, declared->experiment);
    EXPECT_FALSE(restored->stopped);
}

} // namespace
} // namespace gnomon::test
