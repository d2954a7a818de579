// SPDX-License-Identifier: GPL-3.0-or-later
// The tables of the exchange file. Private to backend/store.
#pragma once

#include "backend/store/database.h"

namespace gnomon::store {

extern const Schema kExchangeSchema;

} // namespace gnomon::store
