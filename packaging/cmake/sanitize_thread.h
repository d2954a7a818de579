// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Included before everything else under ThreadSanitizer. Protobuf's map fields have two members more where this macro
// is defined; Debian's library was compiled without it, and what it calls a map would be something else here.
// libstdc++, whose headers need it too, has looked at it with the first of them.
#include <version>

#undef __SANITIZE_THREAD__
