// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/listener.h"
#include "backend/node/metrics/families.h"
#include "backend/node/metrics/http_exposer.h"
#include "tests/support/http_get.h"

#include <gtest/gtest.h>
#include <prometheus/text_serializer.h>

#include <array>

namespace gnomon {
namespace {

using node::Families;
using node::HttpExposer;

TEST(NodeMetrics, familiesBecomeSamples) {
    Families families;
    families.counter("c_total", "help").add({{"model", "a\"b\\c\nd"}}, std::uint64_t{7});
    families.gauge("empty", "left out");
    constexpr std::array<std::string_view, 2> states{"on", "off"};
    families.gauge("g", "help").addStates({{"model", "a"}}, "state", states, "off");
    constexpr std::array<double, 2> bounds{0.1, 1};
    constexpr std::array<std::uint64_t, 3> counts{1, 2, 3};
    families.histogram("h", "help").addHistogram({}, bounds, counts, 4.5);
    const std::string page = prometheus::TextSerializer().Serialize(families.take());
    const test::Samples samples(page);
    EXPECT_EQ(samples["c_total{model=\"a\\\"b\\\\c\\nd\"}"], 7) << page;
    EXPECT_EQ(samples["g{model=\"a\",state=\"on\"}"], 0);
    EXPECT_EQ(samples["g{model=\"a\",state=\"off\"}"], 1);
    EXPECT_EQ(samples["h_bucket{le=\"0.1\"}"], 1) << page;
    EXPECT_EQ(samples["h_bucket{le=\"1\"}"], 3) << page;
    EXPECT_EQ(samples["h_bucket{le=\"+Inf\"}"], 6) << page;
    EXPECT_EQ(samples["h_count"], 6);
    EXPECT_EQ(samples["h_sum"], 4.5);
    EXPECT_EQ(page.find("empty"), std::string::npos);
}

std::string firstLine(const std::string& answer) {
    return answer.substr(0, answer.find("\r\n"));
}

TEST(NodeMetrics, answersOneKindOfRequest) {
    const auto exposer = HttpExposer::open("127.0.0.1:0", [] { return std::string("the page\n"); }).value();
    const auto ask = [&](const std::string& text) { return test::exchangeText(exposer->address(), text); };
    EXPECT_EQ(test::httpGet(exposer->address(), "/metrics"), "the page\n");
    EXPECT_EQ(test::httpGet(exposer->address(), "/metrics?name=x"), "the page\n");
    EXPECT_EQ(firstLine(ask("GET / HTTP/1.1\r\n\r\n")), "HTTP/1.1 404 Not Found");
    EXPECT_EQ(firstLine(ask("POST /metrics HTTP/1.1\r\n\r\n")), "HTTP/1.1 405 Method Not Allowed");
    EXPECT_EQ(firstLine(ask("\r\n\r\n")), "HTTP/1.1 400 Bad Request");
    EXPECT_EQ(firstLine(ask("GET /metrics SPDY/1\r\n\r\n")), "HTTP/1.1 400 Bad Request");
    const std::string head = ask("HEAD /metrics HTTP/1.1\r\n\r\n");
    EXPECT_NE(head.find("Content-Length: 9\r\n"), std::string::npos);
    EXPECT_TRUE(head.ends_with("\r\n\r\n")) << head;
    EXPECT_EQ(ask(std::string(20000, 'x')), "") << "a head that is too long is not answered";
}

TEST(NodeMetrics, whoeverSendsNothingHoldsNobodyUpForLong) {
    const auto exposer = HttpExposer::open("127.0.0.1:0", [] { return std::string("the page\n"); }).value();
    std::vector<int> silent;
    for (int i = 0; i < 4; ++i) {
        silent.push_back(test::connectTo(exposer->address()));
    }
    EXPECT_EQ(test::httpGet(exposer->address(), "/metrics"), "the page\n"); // after 2 s for each two of them
    for (const int descriptor : silent) {
        ::close(descriptor);
    }
}

TEST(NodeMetrics, loopbackIsTold) {
    for (const char* address : {"127.0.0.1:80", "127.9.9.9:0", "[::1]:80"}) {
        EXPECT_TRUE(node::isLoopback(address)) << address;
    }
    for (const char* address : {"0.0.0.0:80", "[::]:80", "192.168.0.1:80", "[fe80::1]:80", "128.0.0.1:1", "x"}) {
        EXPECT_FALSE(node::isLoopback(address)) << address;
    }
}

} // namespace
} // namespace gnomon
