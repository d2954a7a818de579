# SPDX-License-Identifier: GPL-3.0-or-later
#: usage: ./run bench [NAME [arguments]]
#: Measure one thing with the release build; without NAME, list what can be measured.
#:
#: The programs are built from tests/bench.
# shellcheck shell=bash source=packaging/scripts/common.sh
source packaging/scripts/common.sh
if [[ $# -eq 0 ]]; then
    echo "usage: ./run bench NAME [arguments]; names: $(cd tests/bench && printf '%s ' */ | tr -d /)"
    exit 2
fi
[[ -f tests/bench/$1/CMakeLists.txt ]] || die "there is no bench '$1': ./run bench lists them"
"$BASH" packaging/scripts/build.sh release "bench_$1" >&2
dispatch bench bench release "$@"
