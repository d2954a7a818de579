// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/proof/codec_parts.h"

#include <algorithm>

namespace gnomon::proof {

void writeDigest(CborWriter& out, const Digest& digest) {
    if (digest.isZero()) {
        out.null();
    } else {
        out.bytes(digest.bytes);
    }
}

Digest readDigest(CborReader& in) {
    Digest digest;
    if (in.null()) {
        return digest;
    }
    const ByteView bytes = in.bytes(digest.bytes.size());
    if (bytes.size() != digest.bytes.size()) {
        in.fail("a digest does not have 32 bytes");
        return digest;
    }
    std::copy(bytes.begin(), bytes.end(), digest.bytes.begin());
    if (digest.isZero()) {
        in.fail("an absent digest is not written as null");
    }
    return digest;
}

void writeTime(CborWriter& out, WallTime time) {
    out.integer(time.time_since_epoch().count());
}

WallTime readTime(CborReader& in) {
    return WallTime(std::chrono::microseconds(in.integer()));
}

void writeActor(CborWriter& out, const Actor& actor) {
    out.array(4);
    out.text(actor.person);
    out.text(actor.identity);
    out.text(actor.authMethod);
    writeDigest(out, actor.certificate);
}

Actor readActor(CborReader& in) {
    Actor actor;
    in.arrayOf(4);
    actor.person = in.text(kAnyText);
    actor.identity = in.text(kAnyText);
    actor.authMethod = in.text(kAnyText);
    actor.certificate = readDigest(in);
    return actor;
}

EndpointName readEndpoint(CborReader& in) {
    Result<EndpointName> name = parseEndpointName(in.text(kAnyText));
    if (!name.ok()) {
        in.fail("an endpoint name is not one");
        return {};
    }
    return std::move(name).value();
}

ChangeKind readChangeKind(CborReader& in) {
    const Result<ChangeKind> kind = parseChangeKind(in.text(kAnyText));
    if (!kind.ok()) {
        in.fail("a kind of change is not known");
        return {};
    }
    return *kind;
}

Digest purposeDigest(std::string_view purpose, ByteView bytes) {
    Bytes all = toBytes(purpose);
    all.push_back(0);
    all.insert(all.end(), bytes.begin(), bytes.end());
    return sha256(all);
}

} // namespace gnomon::proof
