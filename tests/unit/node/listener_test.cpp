// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/base/mutex.h"
#include "backend/node/listener.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <vector>

namespace gnomon {
namespace {

using node::Listener;
using node::ListenerOptions;

// Keeps what a listener hands over until told to close it.
class Kept {
public:
    ~Kept() { closeAll(); }
    Listener::Accepted taker() {
        return [this](int descriptor) {
            const MutexLock lock(m_mutex);
            m_open.push_back(descriptor);
            m_changed.notifyAll();
        };
    }
    bool waitFor(std::size_t count) {
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        const MutexLock lock(m_mutex);
        while (m_open.size() < count) {
            if (!m_changed.waitUntil(m_mutex, until)) {
                return false;
            }
        }
        return true;
    }
    void closeAll() {
        const MutexLock lock(m_mutex);
        for (const int descriptor : m_open) {
            ::close(descriptor);
        }
        m_open.clear();
    }

private:
    Mutex m_mutex;
    Condition m_changed;
    std::vector<int> m_open;
};

class Client {
public:
    explicit Client(const std::string& address) : m_socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        m_connected = ::connect(m_socket, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
    }
    ~Client() { ::close(m_socket); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    bool connected() const { return m_connected; }
    // Blocks until the other side closes or resets; nothing is ever sent to it.
    bool wasClosed() const {
        char byte = 0;
        return ::recv(m_socket, &byte, 1, 0) <= 0;
    }

private:
    int m_socket;
    bool m_connected = false;
};

TEST(NodeListener, takesAnyFreePortAndSaysWhich) {
    const auto listener = Listener::open({});
    ASSERT_TRUE(listener.ok());
    EXPECT_EQ((*listener)->address().rfind("127.0.0.1:", 0), 0u);
    EXPECT_NE((*listener)->address(), "127.0.0.1:0");
}

TEST(NodeListener, addressesThatAreNotNumericOrTakenAreRefused) {
    for (const char* address : {"localhost:1", "127.0.0.1", "127.0.0.1:", ":1:2", "127.0.0.1:http", ""}) {
        ListenerOptions options;
        options.address = address;
        const auto listener = Listener::open(options);
        ASSERT_FALSE(listener.ok()) << address;
        EXPECT_EQ(listener.error().code, ErrorCode::InvalidArgument);
    }
    const auto holder = Listener::open({}).value();
    ListenerOptions taken;
    taken.address = holder->address();
    EXPECT_EQ(Listener::open(taken).error().code, ErrorCode::Unavailable);
}

TEST(NodeListener, handsConnectionsOver) {
    Kept kept;
    const auto listener = Listener::open({}).value();
    listener->start(kept.taker());
    const Client one(listener->address());
    const Client two(listener->address());
    EXPECT_TRUE(kept.waitFor(2));
    EXPECT_EQ(listener->counters().accepted, 2u);
    EXPECT_EQ(listener->counters().shed, 0u);
}

TEST(NodeListener, shedsWhatIsOverTheCapAndTakesAgainOnceThereIsRoom) {
    Kept kept;
    ListenerOptions options;
    options.limits.perAddress = 2;
    const auto listener = Listener::open(options).value();
    listener->start(kept.taker());
    const Client one(listener->address());
    const Client two(listener->address());
    ASSERT_TRUE(kept.waitFor(2));
    const Client three(listener->address());
    EXPECT_TRUE(three.wasClosed());
    EXPECT_EQ(listener->counters().shed, 1u);
    kept.closeAll();
    // What is still open is only looked up every 50 ms, so the first ones may be shed as well.
    std::vector<std::unique_ptr<Client>> clients;
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (listener->counters().accepted < 3 && std::chrono::steady_clock::now() < until) {
        clients.push_back(std::make_unique<Client>(listener->address()));
    }
    EXPECT_GE(listener->counters().accepted, 3u);
}

TEST(NodeListener, smallFloodIsShedWithoutHarm) {
    Kept kept;
    ListenerOptions options;
    options.limits.connections = 10;
    const auto listener = Listener::open(options).value();
    listener->start(kept.taker());
    std::vector<std::unique_ptr<Client>> flood;
    for (int i = 0; i < 200; ++i) {
        flood.push_back(std::make_unique<Client>(listener->address()));
    }
    ASSERT_TRUE(kept.waitFor(10));
    EXPECT_TRUE(flood.back()->wasClosed());
    EXPECT_EQ(listener->counters().accepted, 10u);
    EXPECT_EQ(listener->counters().shedFull, 190u);
    EXPECT_EQ(listener->counters().open, 10u);
}

TEST(NodeListener, refusesOnceStopped) {
    Kept kept;
    const auto listener = Listener::open({}).value();
    listener->start(kept.taker());
    listener->stop();
    const Client late(listener->address());
    EXPECT_FALSE(late.connected());
}

} // namespace
} // namespace gnomon
