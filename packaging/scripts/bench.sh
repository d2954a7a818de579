# SPDX-License-Identifier: GPL-3.0-or-later
#: usage: ./run bench [NAME [arguments]]
#: Measure one thing with the release build; without NAME, list what can be measured.
#:
#: The programs are built from tests/bench.
# shellcheck shell=bash source=packaging/scripts/common.sh
source packaging/scripts/common.sh
if [[ $# -gt 0 || ! -d build/release/tests/bench ]]; then
    "$BASH" packaging/scripts/build.sh release >&2
fi
dispatch bench bench release "$@"
