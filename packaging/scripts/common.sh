# SPDX-License-Identifier: GPL-3.0-or-later
# Sourced by every verb with the repository's root as working folder.
# shellcheck shell=bash
set -euo pipefail
root=$PWD
export HOME=${HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/gnomon
export GNOMON_ONNXRUNTIME_PREFIX=${GNOMON_ONNXRUNTIME_PREFIX:-$cache/onnxruntime}
export GNOMON_OIP_CLIENTS=${GNOMON_OIP_CLIENTS:-$cache/oip-clients}
# A clone in another folder then finds what this one compiled.
export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1
export LC_ALL=C.UTF-8

say() { echo "gnomon: $*"; }
die() {
    echo "gnomon: $*" >&2
    exit 1
}

# from_caller PATH: what the path means in the folder where somebody typed ./run.
from_caller() { (cd "${GNOMON_CALLER:-$PWD}" && realpath -m -- "$1"); }

# The path of a built program, or an explanation of what is missing. GNOMON_BIN names another folder of programs.
program() {
    local folder
    for folder in "${GNOMON_BIN:-}" build/{dev,release,node-only,console-only}/bin; do
        if [[ -n $folder && -x $folder/$1 ]]; then
            readlink -f "$folder/$1"
            return
        fi
    done
    die "$1 is not built yet: ./run setup && ./run build"
}

# start NAME [arguments]: becomes a built program.
start() {
    local path
    path=$(program "$1") || exit
    shift
    cd "${GNOMON_CALLER:-$PWD}"
    exec "$path" "$@"
}

# dispatch VERB FOLDER PRESET [NAME arguments...]: runs the program NAME that was built from tests/FOLDER.
dispatch() {
    local verb=$1 folder=$2 preset=$3
    shift 3
    local programs=() names path
    if [[ -d build/$preset/tests/$folder ]]; then
        mapfile -t programs < <(find "build/$preset/tests/$folder" -name CMakeFiles -prune -o -type f -executable -print | sort)
    fi
    names=$(for path in "${programs[@]}"; do basename "$path" | sed "s/^${verb}_//"; done | tr '\n' ' ')
    if [[ $# -eq 0 ]]; then
        echo "usage: ./run $verb NAME [arguments]; names: ${names:-none yet}"
        exit 2
    fi
    local name=$1
    shift
    for path in "${programs[@]}"; do
        if [[ $(basename "$path") == "$name" || $(basename "$path") == "${verb}_$name" ]]; then
            GNOMON_BIN=$root/build/$preset/bin GNOMON_SOURCE=$root exec "$path" "$@"
        fi
    done
    die "there is no '$name' to run with '$verb'; names: ${names:-none yet}"
}
