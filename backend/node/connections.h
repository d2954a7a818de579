// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/bytes.h"
#include "backend/base/mutex.h"

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <unordered_map>

namespace gnomon::node {

struct ConnectionLimits {
    std::uint32_t connections = 1000;
    std::uint32_t perAddress = 200;
    std::uint32_t perIdentity = 100; // counted from a connection's first call: the handshake does not tell whose it is

    bool operator==(const ConnectionLimits&) const = default;
};

// Which connections of a listener are open, and whose they are. They belong to whoever they were handed to, who does
// not tell when one is closed, so a descriptor counts as open while it still is the same socket (inode); that is looked
// up when a cap seems reached or somebody asks how many there are, at most every 50 ms. Thread-safe.
class Connections {
public:
    enum class Room { Enough, Full, AddressFull };
    enum class Claim { Unknown, Allowed, TooMany };

    explicit Connections(const ConnectionLimits& limits) : m_limits(limits) {}

    // At most so many whatever the limits say: descriptors.
    void setMost(std::size_t most);
    void setLimits(const ConnectionLimits& limits);

    Room roomFor(const std::string& host);
    // address: "host:port".
    void add(int descriptor, const std::string& host, const std::string& address);
    std::size_t open();

    // A call came over the connection from that address, and this is who its certificate says. TooMany: the identity
    // has as many others as it may, and this one was closed.
    Claim claim(const std::string& address, const std::string& identity, const Digest& certificate);
    // Closes every connection whose certificate is such a one, and says how many that were.
    std::size_t closeWhere(const std::function<bool(const Digest& certificate)>& isOne);

private:
    struct Connection {
        int descriptor = -1;
        ino_t inode = 0;
        std::string host;
        std::string identity; // empty until it is claimed
        Digest certificate;
    };

    Room room(const std::string& host) const REQUIRES(m_mutex);
    void sweepNowAndThen() REQUIRES(m_mutex);
    void forget(const Connection& connection) REQUIRES(m_mutex);

    Mutex m_mutex;
    ConnectionLimits m_limits GUARDED_BY(m_mutex);
    std::size_t m_most GUARDED_BY(m_mutex) = SIZE_MAX;
    std::unordered_map<std::string, Connection> m_open GUARDED_BY(m_mutex); // by address
    std::map<std::string, std::size_t> m_perHost GUARDED_BY(m_mutex);
    std::map<std::string, std::size_t> m_perIdentity GUARDED_BY(m_mutex);
    std::chrono::steady_clock::time_point m_swept GUARDED_BY(m_mutex);
};

} // namespace gnomon::node
