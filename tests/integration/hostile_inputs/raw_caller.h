// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/client/connect_options.h"

#include <grpcpp/generic/generic_stub.h>

#include <functional>
#include <memory>
#include <string>

namespace gnomon::test {

// Calls of one method whose requests and replies are bytes, so that a request need not even be a message. One
// connection of its own; run() keeps `window` calls in the air from the calling thread.
class RawCaller {
public:
    RawCaller(const client::ConnectOptions& connect, std::string method);

    using Make = std::function<std::string(std::size_t)>;
    using Check = std::function<void(std::size_t, const grpc::Status&, const std::string&)>;
    // make: the bytes of that request; check: what came back for it. Both on the calling thread. A request that an
    // overloaded node turned away is sent again.
    void run(std::size_t count, std::size_t window, const Make& make, const Check& check);

    std::size_t turnedAway() const { return m_turnedAway; }

private:
    grpc::GenericStub m_stub;
    const std::string m_method;
    std::size_t m_turnedAway = 0;
};

} // namespace gnomon::test
