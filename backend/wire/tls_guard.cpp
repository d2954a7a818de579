// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/wire/tls_guard.h"
#include "backend/base/check.h"
#include "backend/base/log.h"
#include "backend/base/pem.h"
#include "backend/wire/frame_guard.h"

#include <dlfcn.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <atomic>
#include <memory>

namespace gnomon::wire {

namespace {

using Read = int (*)(SSL*, void*, int);

struct Tap {
    Read read = nullptr;
    int index = -1; // of the guard among a connection's own data
    std::atomic<std::uint64_t> cut{0};
};
Tap tap; // constant after guardTlsConnections(), but for the count

void freeGuard(void*, void* guard, CRYPTO_EX_DATA*, int, long, void*) {
    delete static_cast<FrameGuard*>(guard);
}

FrameGuard* guardOf(SSL* connection) {
    auto* guard = static_cast<FrameGuard*>(SSL_get_ex_data(connection, tap.index));
    if (guard == nullptr) {
        auto made = std::make_unique<FrameGuard>(SSL_is_server(connection) == 1);
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
    FrameGuard* const guard = guardOf(connection);
    const char* const why = guard == nullptr
                                ? "there is no memory to watch it"
                                : guard->look({static_cast<const std::uint8_t*>(buffer), static_cast<std::size_t>(got)},
                                              std::chrono::steady_clock::now());
    if (why == nullptr) {
        return got;
    }
    ++tap.cut;
    logEvent(LogLevel::Warning, "connection_cut", {{"peer", peerOf(connection)}, {"reason", why}});
    ERR_put_error(ERR_LIB_USER, 0, SSL_R_BAD_PACKET, __FILE__, __LINE__); // gRPC then sees a broken connection
    return -1;
}

} // namespace

void guardTlsConnections() {
    [[maybe_unused]] static const bool once = [] {
        tap.index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, freeGuard);
        // RTLD_NEXT: the definition behind the one below.
        tap.read = reinterpret_cast<Read>(::dlsym(RTLD_NEXT, "SSL_read"));
        GNOMON_CHECK(tap.index >= 0 && tap.read != nullptr);
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
