// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/domain/audit.h"
#include "backend/proof/verifier_key.h"

namespace gnomon::proof {

// The record is in the log that the checkpoint states, and says what it is shown to say: signature of the note by the
// pinned key -> root -> inclusion proof -> leaf -> bytes -> fields, and the payload where there is one. Unauthenticated
// for the signature, Corrupt for everything else; the message says which step failed.
Status checkRecord(const ProvenRecord& proven, const VerifierKey& key);

} // namespace gnomon::proof
