// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace gnomon::client {

// How to reach a node, and as whom. Files are read again at each try to connect, so that renewed certificates are taken
// over and a person can mend what is wrong.
struct ConnectOptions {
    std::string address;         // "host:port"
    std::string caFile;          // PEM; who may have issued the node's certificate
    std::string certificateFile; // PEM; the client's own
    std::string keyFile;         // PEM
    std::string serverName;      // expected in the node's certificate; empty: the host of the address
    bool plaintext = false;      // no TLS at all; the files are not read then
    std::string userAgent = "gnomon";
    std::string traceParent{}; // W3C, sent with every call; empty: none
};

} // namespace gnomon::client
