// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/bytes.h"

namespace gnomon::merkle {

// RFC 6962 section 2.1. The first byte keeps leaves and nodes apart, so that neither can pass for the other.
Digest leafHash(ByteView entry);                          // SHA-256(0x00 || entry)
Digest nodeHash(const Digest& left, const Digest& right); // SHA-256(0x01 || left || right)
Digest emptyRoot();                                       // SHA-256()

} // namespace gnomon::merkle
