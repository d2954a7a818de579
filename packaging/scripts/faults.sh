# SPDX-License-Identifier: GPL-3.0-or-later
#: usage: ./run faults [NAME [arguments]]
#: Break a running node on purpose and check what must hold; without NAME, list the faults.
#:
#: The programs are built from tests/faults. Example: ./run faults kill9 --cycles 1000
# shellcheck shell=bash source=packaging/scripts/common.sh
source packaging/scripts/common.sh
if [[ $# -gt 0 || ! -d build/dev/tests/faults ]]; then
    "$BASH" packaging/scripts/build.sh dev >&2
fi
dispatch faults faults dev "$@"
