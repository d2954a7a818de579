// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/audit/recovery.h"
#include "backend/base/bytes.h"
#include "backend/merkle/hash.h"
#include "backend/proof/checkpoint.h"
#include "backend/proof/record_codec.h"

namespace gnomon::audit {

namespace {

Error damaged(const std::string& what) {
    return {ErrorCode::Corrupt, "the audit log is damaged: " + what,
            "keep the files as evidence, verify an export made earlier, and start a new log"};
}

std::string number(std::uint64_t value) {
    return std::to_string(value);
}

Status checkOrigin(EvidenceReader& reader, const LogIdentity& identity) {
    GNOMON_ASSIGN(const StoredRecord first, reader.record(Seq(0)));
    if (first.record.log != proof::logId(identity.origin)) {
        const Result<std::optional<StoredCheckpoint>> newest = reader.newestCheckpoint();
        const std::string its = newest.ok() && *newest ? (*newest)->note.substr(0, (*newest)->note.find('\n')) : "";
        return Error{
            ErrorCode::FailedPrecondition,
            "the audit log is " + (its.empty() ? "" : "that of '" + printable(its) + "', ") + "not the one of '" +
                identity.origin + "'",
            "give the origin that it was started with (node.audit_origin; by default it follows from node.fleet "
            "and node.name at the first start), or another folder"};
    }
    return {};
}

// The records after the last full tile, against the hashes that the head keeps of them.
Status checkTail(EvidenceReader& reader, const merkle::TileTree& tree, const Digest& log) {
    const std::uint64_t first = tree.size() - tree.partial(0).size();
    for (std::uint64_t i = 0; i < tree.partial(0).size(); ++i) {
        const Seq seq(first + i);
        const Result<Bytes> bytes = reader.bytes(seq);
        if (!bytes.ok()) {
            return bytes.error().code == ErrorCode::NotFound ? damaged("record " + number(seq.value) + " is missing")
                                                             : bytes.error();
        }
        if (merkle::leafHash(*bytes) != tree.partial(0)[i]) {
            return damaged("record " + number(seq.value) + " was altered");
        }
        const Result<AuditRecord> record = proof::decodeRecord(*bytes);
        if (!record.ok() || record->seq != seq || record->log != log) {
            return damaged("record " + number(seq.value) + " is not its own");
        }
    }
    return {};
}

// The unfinished tiles above the first level, against the full tiles below them.
Status checkUpperLevels(EvidenceReader& reader, const merkle::TileTree& tree) {
    for (unsigned level = 1; level < tree.levels(); ++level) {
        const std::span<const Digest> row = tree.partial(level);
        const std::uint64_t first = (tree.size() >> (level * merkle::kTileHeight)) - row.size();
        for (std::uint64_t i = 0; i < row.size(); ++i) {
            GNOMON_ASSIGN(const std::vector<Digest> hashes, reader.tile(level - 1, first + i));
            if (hashes.size() != merkle::kTileWidth || merkle::subtreeRoot(hashes) != row[i]) {
                return damaged("tile " + number(level - 1) + "/" + number(first + i) +
                               " does not hash to what the level above has");
            }
        }
    }
    return {};
}

Result<std::optional<Checkpoint>> checkCheckpoint(EvidenceReader& reader, const merkle::TileTree& tree,
                                                  const LogIdentity& identity) {
    GNOMON_ASSIGN(const std::optional<StoredCheckpoint> stored, reader.newestCheckpoint());
    if (!stored) {
        if (const auto finding = tooManyUnsigned(0, tree.size())) {
            return damaged(*finding);
        }
        return std::optional<Checkpoint>();
    }
    const Result<Checkpoint> checkpoint = proof::openCheckpoint(stored->note, identity.key);
    if (!checkpoint.ok()) {
        return Error{ErrorCode::FailedPrecondition,
                     "the newest checkpoint of the audit log: " + checkpoint.error().message,
                     "give the key file that the log was started with"};
    }
    if (checkpoint->size != stored->size || checkpoint->origin != identity.origin) {
        return damaged("the newest checkpoint is of another log or size");
    }
    if (checkpoint->size > tree.size()) {
        return damaged("record " + number(tree.size()) + " is missing: " + number(checkpoint->size) +
                       " records were signed");
    }
    if (const auto finding = tooManyUnsigned(checkpoint->size, tree.size())) {
        return damaged(*finding);
    }
    GNOMON_ASSIGN(const Digest root, merkle::treeRoot(checkpoint->size, tree.reader(tileReader(reader))));
    if (root != checkpoint->root) {
        return damaged("its first " + number(checkpoint->size) + " records are not those that were signed");
    }
    return std::optional(*checkpoint);
}

} // namespace

std::optional<std::string> tooManyUnsigned(std::uint64_t signedUpTo, std::uint64_t size) {
    if (size - signedUpTo <= kMostUnsigned) {
        return std::nullopt;
    }
    return "no signature covers records " + number(signedUpTo) + " to " + number(size) +
           " (exclusive): somebody without the key may have written them";
}

merkle::TileReader tileReader(EvidenceReader& reader) {
    return [&reader](unsigned level, std::uint64_t index) { return reader.tile(level, index); };
}

Result<RecoveredLog> recoverLog(EvidenceReader& reader, const LogIdentity& identity) {
    GNOMON_ASSIGN(const StoredHead head, reader.head());
    Result<merkle::TileTree> tree = merkle::TileTree::restore(head.size, head.partial);
    if (!tree.ok()) {
        return damaged("its head: " + tree.error().message);
    }
    GNOMON_ASSIGN(const std::uint64_t end, reader.end());
    if (end != head.size) {
        return end < head.size ? damaged("record " + number(end) + " is missing: it has " + number(head.size))
                               : damaged("record " + number(head.size) + " was added behind its end");
    }
    if (head.size > 0) {
        GNOMON_TRY(checkOrigin(reader, identity));
    }
    GNOMON_TRY(checkTail(reader, *tree, proof::logId(identity.origin)));
    GNOMON_TRY(checkUpperLevels(reader, *tree));
    RecoveredLog log;
    GNOMON_ASSIGN(log.checkpoint, checkCheckpoint(reader, *tree, identity));
    GNOMON_ASSIGN(const std::vector<Seq> open, reader.openIntents());
    log.openIntents.insert(open.begin(), open.end());
    log.tree = std::move(tree).value();
    return log;
}

} // namespace gnomon::audit
