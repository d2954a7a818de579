// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/connections.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace gnomon::node {

namespace {

constexpr auto kSweepPeriod = std::chrono::milliseconds(50);

bool isSocket(int descriptor, ino_t inode) {
    struct stat facts {};
    return ::fstat(descriptor, &facts) == 0 && facts.st_ino == inode;
}

// Its owner sees the end of the connection and closes the descriptor. Our own descriptor for it makes sure that it is
// not another one by now that got the same number.
void end(int descriptor, ino_t inode) {
    const int own = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    if (own < 0) {
        return;
    }
    if (isSocket(own, inode)) {
        ::shutdown(own, SHUT_RDWR);
    }
    ::close(own);
}

void takeOne(std::map<std::string, std::size_t>& counts, const std::string& key) {
    if (const auto found = counts.find(key); found != counts.end() && --found->second == 0) {
        counts.erase(found);
    }
}

} // namespace

void Connections::setMost(std::size_t most) {
    const MutexLock lock(m_mutex);
    m_most = most;
}

void Connections::setLimits(const ConnectionLimits& limits) {
    const MutexLock lock(m_mutex);
    m_limits = limits;
}

Connections::Room Connections::roomFor(const std::string& host) {
    const MutexLock lock(m_mutex);
    if (room(host) != Room::Enough) {
        sweepNowAndThen();
    }
    return room(host);
}

void Connections::add(int descriptor, const std::string& host, const std::string& address) {
    struct stat facts {};
    ::fstat(descriptor, &facts);
    const MutexLock lock(m_mutex);
    auto& connection = m_open[address];
    forget(connection); // one that was closed, if there was one from there
    connection = {descriptor, facts.st_ino, host, {}, {}};
    ++m_perHost[host];
}

std::size_t Connections::open() {
    const MutexLock lock(m_mutex);
    sweepNowAndThen();
    return m_open.size();
}

Connections::Claim Connections::claim(const std::string& address, const std::string& identity,
                                      const Digest& certificate) {
    const MutexLock lock(m_mutex);
    const auto found = m_open.find(address);
    if (found == m_open.end()) {
        return Claim::Unknown;
    }
    if (found->second.identity == identity && found->second.certificate == certificate) {
        return Claim::Allowed;
    }
    const auto tooMany = [&]() REQUIRES(m_mutex) {
        const auto others = m_perIdentity.find(identity);
        return others != m_perIdentity.end() && others->second >= m_limits.perIdentity;
    };
    if (tooMany()) {
        sweepNowAndThen();
    }
    const auto still = m_open.find(address);
    if (still == m_open.end()) {
        return Claim::Unknown;
    }
    Connection& connection = still->second;
    if (tooMany()) {
        end(connection.descriptor, connection.inode);
        return Claim::TooMany;
    }
    takeOne(m_perIdentity, connection.identity);
    connection.identity = identity;
    connection.certificate = certificate;
    ++m_perIdentity[identity];
    return Claim::Allowed;
}

std::size_t Connections::closeWhere(const std::function<bool(const Digest& certificate)>& isOne) {
    const MutexLock lock(m_mutex);
    std::size_t closed = 0;
    for (const auto& [address, connection] : m_open) {
        if (!connection.certificate.isZero() && isOne(connection.certificate)) {
            end(connection.descriptor, connection.inode);
            ++closed;
        }
    }
    return closed;
}

Connections::Room Connections::room(const std::string& host) const {
    const auto same = m_perHost.find(host);
    if (same != m_perHost.end() && same->second >= m_limits.perAddress) {
        return Room::AddressFull;
    }
    return m_open.size() >= std::min<std::size_t>(m_most, m_limits.connections) ? Room::Full : Room::Enough;
}

void Connections::sweepNowAndThen() {
    const auto now = std::chrono::steady_clock::now();
    if (now - m_swept < kSweepPeriod) {
        return;
    }
    m_swept = now;
    std::erase_if(m_open, [this](const auto& entry) REQUIRES(m_mutex) {
        if (isSocket(entry.second.descriptor, entry.second.inode)) {
            return false;
        }
        forget(entry.second);
        return true;
    });
}

void Connections::forget(const Connection& connection) {
    takeOne(m_perHost, connection.host);
    takeOne(m_perIdentity, connection.identity);
}

} // namespace gnomon::node
