// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/demo_rows.h"
#include "tests/support/node_process.h"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace gnomon::test {
namespace {

sockaddr_in addressOf(const std::string& text) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(text.substr(text.rfind(':') + 1))));
    return address;
}

// Opens connections that say nothing, holds those that the node keeps for a while, then lets go of all.
void flood(const std::string& target, int connections) {
    const sockaddr_in address = addressOf(target);
    std::vector<int> open;
    for (int i = 0; i < connections; ++i) {
        const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (descriptor < 0) {
            break;
        }
        ::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address);
        open.push_back(descriptor);
    }
    EXPECT_EQ(open.size(), static_cast<std::size_t>(connections));
    std::this_thread::sleep_for(std::chrono::seconds(1)); // what the attack is, not a wait for something to happen
    for (const int descriptor : open) {
        ::close(descriptor);
    }
}

bool answers(NodeProcess& node, const DemoRows& rows,
             std::chrono::milliseconds within = std::chrono::milliseconds(500)) {
    // A connection of its own: one from before the flood would prove nothing.
    const auto client = node.caller();
    client::InferCall call;
    call.model = "spam-filter";
    call.inputs = rows.inputs(0);
    call.deadline = within;
    return client->infer(call).ok();
}

TEST(AcceptFlood, goodCallsAreAnsweredAgainAfterEachFlood) {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    NodeProcess node({demoModels(), "", 256, false});
    ASSERT_TRUE(node.start());
    const DemoRows rows("spam-filter");
    ASSERT_TRUE(answers(node, rows, std::chrono::seconds(5)));
    double slowest = 0;
    for (int i = 0; i < 5; ++i) {
        flood(node.inference(), 2000);
        const auto flooded = std::chrono::steady_clock::now();
        bool back = false;
        while (!back && std::chrono::steady_clock::now() - flooded < std::chrono::seconds(5)) {
            back = answers(node, rows);
        }
        const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - flooded).count();
        slowest = std::max(slowest, took);
        EXPECT_TRUE(back) << "after flood " << i << "\n" << node.log();
    }
    std::printf("floods=5 connections=2000 descriptors=256 slowest_recovery_s=%.3f\n", slowest);
    EXPECT_EQ(node.stop(), 0);
}

} // namespace
} // namespace gnomon::test
