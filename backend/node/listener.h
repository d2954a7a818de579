// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/result.h"
#include "backend/node/connections.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace gnomon::node {

// Whether the text is a numeric address with a port of 0 to 65535, as a listener takes it. InvalidArgument otherwise.
Status checkListenAddress(const std::string& address);

// Whether only this machine can reach an address that checkListenAddress() lets through.
bool isLoopback(const std::string& address);

struct ListenerOptions {
    std::string address = "127.0.0.1:0"; // "host:port" or "[host]:port", numeric; port 0 takes any free one
    ConnectionLimits limits;
    // Descriptors that the rest of the process may always open; connections are shed before they are used up.
    std::uint32_t reservedDescriptors = 64;
    // Listeners of this process, which share what is left in equal parts.
    std::uint32_t listeners = 1;
};

struct ListenerCounters {
    std::uint64_t accepted = 0;
    std::uint64_t shed = 0;            // closed at once, for any of these reasons:
    std::uint64_t shedFull = 0;        // as many connections as may be open were
    std::uint64_t shedAddress = 0;     // as many of one address
    std::uint64_t shedDescriptors = 0; // no descriptor was left
    std::uint64_t open = 0;            // now

    ListenerCounters& operator+=(const ListenerCounters& more) {
        accepted += more.accepted;
        shed += more.shed;
        shedFull += more.shedFull;
        shedAddress += more.shedAddress;
        shedDescriptors += more.shedDescriptors;
        open += more.open;
        return *this;
    }
    bool operator==(const ListenerCounters&) const = default;
};

// Our own accept loop. gRPC 1.51's stops for ever after one accept() that finds no free descriptor (CVE-2023-4785);
// this one keeps a spare descriptor for that moment, sheds what is over its caps, and hands the rest over.
// One thread of its own. Connections that were handed over are only ever shut down (Connections), never closed.
class Listener {
public:
    // Owns the descriptor from then on. Called from the listener's thread; must not block.
    using Accepted = std::function<void(int descriptor)>;

    // Binds and listens; nothing is accepted before start(). InvalidArgument for an address that is not numeric,
    // Unavailable when it is taken.
    static Result<std::unique_ptr<Listener>> open(ListenerOptions options);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    void start(Accepted accepted);
    // No connection is accepted after it returned, and connecting is refused. Also done by the destructor.
    void stop();

    // With the port that was really taken.
    const std::string& address() const { return m_address; }
    ListenerCounters counters();
    Connections& connections() { return m_connections; }

private:
    Listener(ListenerOptions options, int descriptor, std::string address);
    void run();
    void acceptOne();
    void shedOne();

    // Constant after construction.
    ListenerOptions m_options;
    int m_wake;
    std::string m_address;
    // Of the listener's thread; of stop(), once that has ended.
    int m_descriptor;
    int m_spare;
    Accepted m_accepted;
    // Shared.
    Connections m_connections;
    std::atomic<std::uint64_t> m_acceptedCount{0};
    std::atomic<std::uint64_t> m_shedFull{0};
    std::atomic<std::uint64_t> m_shedAddress{0};
    std::atomic<std::uint64_t> m_shedDescriptors{0};
    std::thread m_thread;
};

} // namespace gnomon::node
