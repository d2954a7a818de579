// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <pthread.h>

namespace gnomon {

// What top, gdb and profiles call the calling thread. At most 15 characters: the kernel keeps no more.
inline void nameThread(const char* name) {
    pthread_setname_np(pthread_self(), name);
}

} // namespace gnomon
