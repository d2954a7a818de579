// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/domain/audit.h"
#include "backend/merkle/frontier.h"
#include "backend/proof/verifier_key.h"

#include <optional>
#include <string>

namespace gnomon::proof {

class CborReader;

enum class ExportFault {
    None,
    NotAnExport,  // not such a file, or of a version that is not known
    Altered,      // a record or its payload is not what was recorded, or stands in a wrong place
    Missing,      // a record is not there
    Rewritten,    // records agree with themselves but not with what was signed or seen before
    BadSignature, // a checkpoint is not signed by the key
    Truncated,    // the file ends too early
};
const char* exportFaultName(ExportFault fault); // "none", "altered", ...

struct ExportOptions {
    std::optional<VerifierKey> key; // the log's, as it was enrolled; absent: the one in the file, which proves less
    std::optional<Checkpoint> seen; // an earlier one that is trusted: the log must still begin with it
};

struct ExportReport {
    ExportFault fault = ExportFault::None;
    std::optional<Seq> firstBad; // the first bad record, where one can be named
    std::string message;         // what is wrong and where; empty when all is well
    std::string origin;
    std::string verifierKey;
    bool keyWasGiven = false;
    std::uint64_t records = 0;
    std::uint64_t checkpoints = 0;
    std::uint64_t payloads = 0;
    std::uint64_t erasedPayloads = 0;
    Digest root;
    std::optional<WallTime> firstTime;
    std::optional<WallTime> lastTime;

    bool ok() const { return fault == ExportFault::None; }
};

// Checks an export file as it streams by: every byte of it counts. Needs no node, no database and no memory that grows
// with the file. Not thread-safe.
class ExportVerifier {
public:
    explicit ExportVerifier(ExportOptions options = {});

    // False once a fault was found: the rest of the file need not be read.
    bool feed(ByteView chunk);
    // Call once, after the last chunk.
    ExportReport finish();

private:
    enum class Stage { Header, Items, Ended };

    void readItem(CborReader& in);
    void readHeader(CborReader& in);
    void readRecord(CborReader& in);
    void readPayload(CborReader& in, const AuditRecord& record);
    void readCheckpoint(CborReader& in);
    void readEnd(CborReader& in);
    void checkSeen();
    void fault(ExportFault fault, const std::string& message, std::optional<Seq> record = std::nullopt);
    Seq next() const { return Seq(m_frontier.size()); }

    ExportOptions m_options;
    ExportReport m_report;
    std::optional<VerifierKey> m_key;
    Digest m_log;
    merkle::Frontier m_frontier;
    std::optional<std::uint64_t> m_signed; // size of the last checkpoint
    Stage m_stage = Stage::Header;
    Bytes m_pending; // the beginning of an item whose end has not come yet
};

} // namespace gnomon::proof
