#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A second verifier of audit export files, written from backend/audit/FORMAT.md alone; shares no code with the first.

usage: verify_export.py FILE [VERIFIER_KEY]
Prints "ok records=N root=HEX" and exits 0, or what is wrong and exits 1.
"""
import base64
import hashlib
import sys

# --- Ed25519 (RFC 8032), verification only -------------------------------------------------------------------------
P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def add(a, b):
    e = (a[1] - a[0]) * (b[1] - b[0])
    f = (a[1] + a[0]) * (b[1] + b[0])
    g = 2 * a[3] * b[3] * D
    h = 2 * a[2] * b[2]
    e, f, g, h = f - e, h - g, h + g, f + e
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(scalar, point):
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def unpack_point(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        raise ValueError("not a point of the curve")
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = unpack_point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def same_point(a, b):
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def signed_by(key, message, signature):
    scalar = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or scalar >= Q:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % Q
    return same_point(times(scalar, BASE), add(unpack_point(signature[:32]), times(h, unpack_point(key))))


# --- deterministic CBOR (RFC 8949 section 4.2) ---------------------------------------------------------------------
def read_item(data, at):
    first, at = data[at], at + 1
    major, info = first >> 5, first & 31
    if first in (0xF4, 0xF5, 0xF6):
        return {0xF4: False, 0xF5: True, 0xF6: None}[first], at
    if info > 27 or major > 5:
        raise ValueError("an item that is not deterministic")
    value = info
    if info >= 24:
        size = 1 << (info - 24)
        value, at = int.from_bytes(data[at:at + size], "big"), at + size
        if at > len(data) or value < (24 if size == 1 else 1 << (4 * size)):
            raise ValueError("a number that is not in its shortest form")
    if major < 2:
        return (value if major == 0 else -1 - value), at
    if major < 4:
        if at + value > len(data):
            raise ValueError("it ends too early")
        piece = data[at:at + value]
        return (piece if major == 2 else piece.decode("utf-8")), at + value
    items = []
    for _ in range(value * (major - 3)):
        item, at = read_item(data, at)
        items.append(item)
    if major == 4:
        return items, at
    keys = items[::2]
    if any(a >= b for a, b in zip(keys, keys[1:])):
        raise ValueError("keys that are not in order")
    return dict(zip(keys, items[1::2])), at


def read_whole(data):
    item, end = read_item(data, 0)
    if end != len(data):
        raise ValueError("something follows the end of an item")
    return item


# --- the log -------------------------------------------------------------------------------------------------------
def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def root_of(frontier):
    """frontier: [(leaves, hash)...], largest subtree first."""
    if not frontier:
        return sha256()
    root = frontier[-1][1]
    for _, left in reversed(frontier[:-1]):
        root = sha256(b"\1", left, root)
    return root


def grow(frontier, leaf):
    frontier.append((1, leaf))
    while len(frontier) > 1 and frontier[-1][0] == frontier[-2][0]:
        (size, right), (_, left) = frontier.pop(), frontier.pop()
        frontier.append((2 * size, sha256(b"\1", left, right)))


def parse_key(text):
    name, key_id, encoded = text.split("+", 2)
    data = base64.b64decode(encoded, validate=True)
    if len(data) != 33 or data[0] != 1 or sha256(name.encode(), b"\n", data)[:4].hex() != key_id:
        raise ValueError("the verifier key is damaged")
    return name, bytes.fromhex(key_id), data[1:]


def check_note(note, key, origin, size, root):
    name, key_id, public = key
    text, _, lines = note.rpartition("\n\n")
    text += "\n"
    if text != "%s\n%d\n%s\n" % (origin, size, base64.b64encode(root).decode()):
        raise ValueError("the checkpoint after %d records states something else" % size)
    good = False
    for line in lines.splitlines():
        dash, signer, signature = line.split(" ")
        signature = base64.b64decode(signature, validate=True)
        if dash == "\u2014" and signer == name and signature[:4] == key_id:
            if not signed_by(public, text.encode(), signature[4:]):
                raise ValueError("the checkpoint after %d records has a wrong signature" % size)
            good = True
    if not good or not note.endswith("\n"):
        raise ValueError("the checkpoint after %d records is not signed by the key" % size)


def check_record(record, seq, log, salt, payload):
    if list(record) != list(range(17)) or record[0] != 1 or record[1] != seq or record[2] != log:
        raise ValueError("record %d is not its own" % seq)
    if (salt is None) != (payload is None):
        raise ValueError("half of the payload of record %d is missing" % seq)
    if payload is not None and (sha256(salt, payload) != record[14] or list(read_whole(payload)) != [0, 1]):
        raise ValueError("the payload of record %d was altered" % seq)


def verify(data, trusted=None):
    header, at = read_item(data, 0)
    magic, version, origin, key_text = header
    if magic != "gnomon-audit-export" or version != 1 or (trusted and key_text != trusted):
        raise ValueError("not an export of version 1 with the key given")
    key, frontier, count, signed = parse_key(key_text), [], 0, None
    while True:
        item, at = read_item(data, at)
        if item[0] == 0 and len(item) == 5:
            _, record, leaf, salt, payload = item
            if sha256(b"\0", record) != leaf:
                raise ValueError("record %d was altered" % count)
            check_record(read_whole(record), count, sha256(origin.encode()), salt, payload)
            grow(frontier, leaf)
            count += 1
        elif item[0] == 1 and len(item) == 2:
            check_note(item[1], key, origin, count, root_of(frontier))
            signed = count
        elif item == [2, count] and signed == count and at == len(data):
            return count, root_of(frontier)
        else:
            raise ValueError("after record count %d something is missing or does not belong there" % count)


if __name__ == "__main__":
    try:
        with open(sys.argv[1], "rb") as export:
            total, whole = verify(export.read(), sys.argv[2] if len(sys.argv) > 2 else None)
        print("ok records=%d root=%s" % (total, whole.hex()))
    except (ValueError, IndexError, TypeError, KeyError) as problem:
        sys.exit("bad: %s" % problem)
