// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace gnomon {

// Makes the calling thread, and those that it starts from here on, yield to others: where these want the processor too,
// it gets about a tenth of what one of them does, and all there is where they do not. Its turns are short as well, for
// schedulers since Linux 6.6 let whoever computes finish a turn of some milliseconds; before 6.12 that cannot be had.
// For steady work that nobody waits for. Not for threads that are woken all the time: a short turn comes around sooner,
// and they would interrupt others each time.
void workInBackground();

} // namespace gnomon
