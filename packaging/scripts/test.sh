# SPDX-License-Identifier: GPL-3.0-or-later
#: usage: ./run test [dev|release|asan|tsan|node-only] [ctest arguments]
#: Set up, build and run every test (default preset: dev).
#:
#: Needs no display. Real models and hostile files are taken from GNOMON_TEST_DATA, or ../shared/data; the tests that
#: need them say so and are skipped where there are none. Example: ./run test asan -R merkle
# shellcheck shell=bash source=packaging/scripts/common.sh
source packaging/scripts/common.sh

preset=dev
if [[ $# -gt 0 && $1 != -* ]]; then
    preset=$1
    shift
fi
"$BASH" packaging/scripts/setup.sh
"$BASH" packaging/scripts/build.sh "$preset"

if [[ -z ${GNOMON_TEST_DATA:-} && -d ../shared/data ]]; then
    GNOMON_TEST_DATA=$(cd ../shared/data && pwd)
    export GNOMON_TEST_DATA
fi
say "test data: ${GNOMON_TEST_DATA:-none, what needs it is skipped}"
XDG_RUNTIME_DIR=$(mktemp -d)
export XDG_RUNTIME_DIR
chmod 700 "$XDG_RUNTIME_DIR"
trap 'rm -rf "$XDG_RUNTIME_DIR"' EXIT
ctest --preset "$preset" -j "$(nproc)" "$@"
