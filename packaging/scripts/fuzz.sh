# SPDX-License-Identifier: GPL-3.0-or-later
#: usage: ./run fuzz [NAME [libFuzzer arguments]]
#: Feed one decoder with mutated input; without NAME, list the decoders.
#:
#: The programs are built from tests/fuzz.
# shellcheck shell=bash source=packaging/scripts/common.sh
source packaging/scripts/common.sh
[[ -e tests/fuzz/CMakeLists.txt ]] || die "fuzz: there is no fuzz program yet"
"$BASH" packaging/scripts/build.sh asan >&2
dispatch fuzz fuzz asan "$@"
