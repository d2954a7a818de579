// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/domain/audit.h"
#include "backend/proof/note.h"

namespace gnomon::proof {

// C2SP tlog-checkpoint without extension lines: origin, size, base64 of the root.
Result<Checkpoint> signCheckpoint(std::string_view origin, std::uint64_t size, const Digest& root,
                                  const VerifierKey& key, const SignFunction& sign);

// What the note states; checks no signature. InvalidArgument unless it is exactly a checkpoint.
Result<Checkpoint> parseCheckpoint(std::string_view note);

// parseCheckpoint(), and the key has signed it (Unauthenticated otherwise).
Result<Checkpoint> openCheckpoint(std::string_view note, const VerifierKey& key);

// The newer log begins with the older one: what a witness demands before it believes the newer checkpoint. Both notes
// must have been opened with the log's key. Corrupt when the log was rewritten, truncated or is another one.
Status checkGrowth(const Checkpoint& older, const Checkpoint& newer, const ConsistencyProof& proof);

} // namespace gnomon::proof
