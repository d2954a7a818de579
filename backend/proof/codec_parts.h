// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/clock.h"
#include "backend/domain/deployment.h"
#include "backend/domain/identity.h"
#include "backend/proof/cbor_reader.h"
#include "backend/proof/cbor_writer.h"

namespace gnomon::proof {

// Pieces that several of the codecs share. Only for use inside backend/proof.

// A digest is 32 bytes, or null when zero.
void writeDigest(CborWriter& out, const Digest& digest);
Digest readDigest(CborReader& in);

// Microseconds since 1970, UTC.
void writeTime(CborWriter& out, WallTime time);
WallTime readTime(CborReader& in);

// [person, identity, authentication method, certificate digest]
void writeActor(CborWriter& out, const Actor& actor);
Actor readActor(CborReader& in);

EndpointName readEndpoint(CborReader& in);
ChangeKind readChangeKind(CborReader& in);

// SHA-256(purpose || 0x00 || bytes): the same bytes signed for one purpose mean nothing for another.
Digest purposeDigest(std::string_view purpose, ByteView bytes);

// No single text is longer than what holds it, so the whole's own limit is the only one.
constexpr std::size_t kAnyText = 1u << 20;

} // namespace gnomon::proof
