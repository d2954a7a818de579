// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/bytes.h"
#include "backend/base/result.h"

#include <string>

namespace gnomon::port {

// Holds a private key and signs with it. Thread-safe. The key never leaves it.
class Signer {
public:
    virtual ~Signer() = default;
    virtual std::string name() const = 0;             // the key's name in signed notes
    virtual Bytes publicKey() const = 0;              // Ed25519, 32 bytes
    virtual Result<Bytes> sign(ByteView message) = 0; // Ed25519, 64 bytes
};

} // namespace gnomon::port
