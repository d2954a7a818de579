// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <string>

namespace gnomon::test {

// What a TLS client says first; serverName: whom it asks for, empty for nobody.
std::string clientHello(std::string serverName);

// A connection from a loopback address of its choice, by somebody who has no certificate.
class Stranger {
public:
    enum class Fate { Answered, Closed, Waiting };

    // source: "127.0.0.2"; target: "127.0.0.1:443"; says: sent at once, may be empty.
    Stranger(const std::string& source, const std::string& target, const std::string& says);
    ~Stranger();
    Stranger(Stranger&& other) noexcept;
    Stranger& operator=(Stranger&&) = delete;

    // Answered: a byte came back. Closed: the connection ended without one.
    Fate fate(std::chrono::milliseconds patience);

private:
    int m_descriptor = -1;
};

} // namespace gnomon::test
