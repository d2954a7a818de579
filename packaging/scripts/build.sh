# SPDX-License-Identifier: GPL-3.0-or-later
#: usage: ./run build [dev|release|asan|tsan|fuzz|node-only|console-only] [ninja arguments]
#: Configure and compile into build/PRESET (default: dev).
#:
#: Uses ccache and mold where they are installed. Warnings are errors when CI=true or GNOMON_WERROR=1.
# shellcheck shell=bash source=packaging/scripts/common.sh
source packaging/scripts/common.sh

preset=${1:-dev}
[[ $# -gt 0 ]] && shift
for tool in cmake ninja g++; do
    command -v "$tool" >/dev/null || die "build: $tool is missing: ./run setup"
done

options=(-DGNOMON_ONNXRUNTIME_PREFIX="$GNOMON_ONNXRUNTIME_PREFIX")
if command -v ccache >/dev/null; then
    options+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
fi
if command -v mold >/dev/null; then
    options+=(-DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=mold)
fi
if [[ ${CI:-} == true || ${GNOMON_WERROR:-} == 1 ]]; then
    options+=(-DGNOMON_WERROR=ON)
fi

cmake --preset "$preset" "${options[@]}" --log-level=NOTICE
exec ninja -C "build/$preset" -j "$(nproc)" "$@"
