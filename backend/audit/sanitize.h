// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/domain/audit.h"

namespace gnomon::audit {

// Makes every text printable and cuts it to a sane length, so that what a peer sends can neither deceive whoever reads
// the trail nor be refused by the encoding.
void makePrintable(AuditRecord& record);
void makePrintable(AuditPayload& payload);

} // namespace gnomon::audit
