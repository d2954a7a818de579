// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/wire/tls_guard.h"
#include "backend/base/check.h"
#include "backend/base/log.h"
#include "backend/base/mutex.h"
#include "backend/base/pem.h"
#include "backend/wire/frame_guard.h"

#include <dlfcn.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace gnomon::wire {

namespace {

using Read = int (*)(SSL*, void*, int);
using Write = int (*)(SSL*, const void*, int);

struct Tap {
    Read read = nullptr;
    Write write = nullptr;
    int index = -1; // of the guard among a connection's own data
    std::atomic<std::uint64_t> cut{0};
};
Tap tap; // constant after guardTlsConnections(), but for the count

// A call that is begun and not ended costs gRPC some 14 KB, before it is one that admission knows of. More than any
// caller may have under way by default, four times over.
constexpr int kHalfOpen = 2048;

// Of all connections with one certificate: calls that are begun and not ended.
using Tally = std::atomic<int>;

std::shared_ptr<Tally> tallyOf(SSL* connection) {
    static Mutex mutex;
    static std::map<Digest, std::weak_ptr<Tally>> tallies;
    Digest fingerprint;
    const CertificatePtr certificate(SSL_get1_peer_certificate(connection));
    unsigned int length = 0;
    if (certificate != nullptr) {
        X509_digest(certificate.get(), EVP_sha256(), fingerprint.bytes.data(), &length);
    }
    const MutexLock lock(mutex);
    if (tallies.size() > 1024) {
        std::erase_if(tallies, [](const auto& entry) { return entry.second.expired(); });
    }
    std::weak_ptr<Tally>& entry = tallies[fingerprint];
    std::shared_ptr<Tally> tally = entry.lock();
    if (tally == nullptr) {
        tally = std::make_shared<Tally>(0);
        entry = tally;
    }
    return tally;
}

// One connection. Not locked: nobody may read and write one SSL at the same time.
class Watched {
public:
    explicit Watched(SSL* connection)
        : m_frames(SSL_is_server(connection) == 1 ? FrameGuard::Peer::Client : FrameGuard::Peer::Server),
          m_tally(SSL_is_server(connection) == 1 ? tallyOf(connection) : nullptr) {}
    ~Watched() {
        if (m_tally != nullptr) {
            *m_tally -= m_counted;
        }
    }
    Watched(const Watched&) = delete;
    Watched& operator=(const Watched&) = delete;

    const char* received(ByteView bytes) {
        if (const char* const why = m_frames.received(bytes, std::chrono::steady_clock::now())) {
            return why;
        }
        return tally() ? nullptr
                       : "too many calls that are begun and not ended, on all connections with its certificate";
    }
    void sent(ByteView bytes) {
        m_frames.sent(bytes);
        tally();
    }

private:
    // False when there are more now, and too many.
    bool tally() {
        const int halfOpen = static_cast<int>(m_frames.halfOpen());
        if (m_tally == nullptr || halfOpen == m_counted) {
            return true;
        }
        const int added = halfOpen - std::exchange(m_counted, halfOpen);
        return m_tally->fetch_add(added) + added <= kHalfOpen || added < 0;
    }

    FrameGuard m_frames;
    const std::shared_ptr<Tally> m_tally; // null: of a client
    int m_counted = 0;                    // this connection's part of it
};

void freeGuard(void*, void* guard, CRYPTO_EX_DATA*, int, long, void*) {
    delete static_cast<Watched*>(guard);
}

Watched* guardOf(SSL* connection) {
    auto* guard = static_cast<Watched*>(SSL_get_ex_data(connection, tap.index));
    if (guard == nullptr) {
        auto made = std::make_unique<Watched>(connection);
        if (SSL_set_ex_data(connection, tap.index, made.get()) == 1) {
            guard = made.release();
        }
    }
    return guard;
}

std::string peerOf(SSL* connection) {
    const CertificatePtr certificate(SSL_get1_peer_certificate(connection));
    const auto names = certificate ? uriNames(certificate.get()) : std::vector<std::string>();
    return names.empty() ? "" : names.front();
}

int guardedRead(SSL* connection, void* buffer, int size) {
    const int got = tap.read(connection, buffer, size);
    if (got <= 0) {
        return got;
    }
    Watched* const guard = guardOf(connection);
    const char* const why =
        guard == nullptr ? "there is no memory to watch it"
                         : guard->received({static_cast<const std::uint8_t*>(buffer), static_cast<std::size_t>(got)});
    if (why == nullptr) {
        return got;
    }
    ++tap.cut;
    logEvent(LogLevel::Warning, "connection_cut", {{"peer", peerOf(connection)}, {"reason", why}});
    ERR_put_error(ERR_LIB_USER, 0, SSL_R_BAD_PACKET, __FILE__, __LINE__); // gRPC then sees a broken connection
    return -1;
}

int guardedWrite(SSL* connection, const void* bytes, int size) {
    const int put = tap.write(connection, bytes, size);
    Watched* const guard = put > 0 ? guardOf(connection) : nullptr;
    if (guard != nullptr) { // without one the next read cuts the connection
        guard->sent({static_cast<const std::uint8_t*>(bytes), static_cast<std::size_t>(put)});
    }
    return put;
}

} // namespace

void guardTlsConnections() {
    [[maybe_unused]] static const bool once = [] {
        tap.index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, freeGuard);
        // RTLD_NEXT: the definition behind the one below.
        tap.read = reinterpret_cast<Read>(::dlsym(RTLD_NEXT, "SSL_read"));
        tap.write = reinterpret_cast<Write>(::dlsym(RTLD_NEXT, "SSL_write"));
        GNOMON_CHECK(tap.index >= 0 && tap.read != nullptr && tap.write != nullptr);
        return true;
    }();
}

std::uint64_t tlsConnectionsCut() {
    return tap.cut;
}

} // namespace gnomon::wire

extern "C" __attribute__((visibility("default"))) int SSL_read(SSL* connection, void* buffer, int size) {
    using namespace gnomon::wire;
    guardTlsConnections();
    return guardedRead(connection, buffer, size);
}

extern "C" __attribute__((visibility("default"))) int SSL_write(SSL* connection, const void* bytes, int size) {
    using namespace gnomon::wire;
    guardTlsConnections();
    return guardedWrite(connection, bytes, size);
}
