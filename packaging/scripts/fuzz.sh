# SPDX-License-Identifier: GPL-3.0-or-later
#: usage: ./run fuzz --seconds N  |  ./run fuzz NAME [libFuzzer arguments]
#: Feed the decoders with mutated input: all of them for N seconds each, or one; without arguments, list them.
#:
#: Ends with an error when any of them crashes, leaks, hangs for 10 s, takes 2 GiB or breaks a promise that its program
#: in tests/fuzz states. The input at fault is then build/fuzz/found/NAME-*: mend the cause and put the file into
#: tests/fuzz/found/NAME, which every test run replays. What is learnt is kept in build/fuzz/corpus/NAME.
#: Examples: ./run fuzz --seconds 60        ./run fuzz oip_request -max_total_time=600 -jobs=2
# shellcheck shell=bash source=packaging/scripts/common.sh
source packaging/scripts/common.sh

mapfile -t names < <(sed -n 's/^gnomon_fuzz(\([a-z_]*\).*/\1/p' tests/fuzz/CMakeLists.txt)
if [[ $# -eq 0 ]]; then
    echo "usage: ./run fuzz --seconds N | ./run fuzz NAME [libFuzzer arguments]; names: ${names[*]}"
    exit 2
fi
if [[ $1 == --seconds ]]; then
    [[ ${2:-} =~ ^[1-9][0-9]*$ && $# -eq 2 ]] || die "fuzz: --seconds takes a whole number (./run fuzz --help)"
elif [[ " ${names[*]} " != *" $1 "* ]]; then
    die "fuzz: there is no '$1'; names: ${names[*]}"
fi

{
    "$BASH" packaging/scripts/setup.sh --fuzz
    "$BASH" packaging/scripts/build.sh fuzz fuzz_programs
} >&2
work=$root/build/fuzz
mkdir -p "$work/found"
# Not every library of the system is built with the sanitizer, so that the marks of some containers would be wrong.
export ASAN_OPTIONS=detect_container_overflow=0:${ASAN_OPTIONS:-}

# fuzz NAME [arguments]: one decoder, from its seeds and what was learnt before.
fuzz() {
    local name=$1 known=$root/tests/fuzz/found/$1
    shift
    mkdir -p "$work/corpus/$name"
    GNOMON_FUZZ_SEEDS=$work/seeds/$name "$work/tests/fuzz/fuzz_$name"
    set -- "$@" -timeout=10 -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1 \
        -artifact_prefix="$work/found/$name-" "$work/corpus/$name" "$work/seeds/$name"
    if [[ -d $known ]]; then
        set -- "$@" "$known"
    fi
    "$work/tests/fuzz/fuzz_$name" "$@"
}

if [[ $1 != --seconds ]]; then
    fuzz "$@"
    exit
fi

# One line per decoder; as many at a time as there are processors.
timed() {
    local name=$1 log=$work/$1.log
    if fuzz "$name" -max_total_time="$2" >"$log" 2>&1; then
        printf '%-16s %12s runs  %6s features  0 reports\n' "$name" \
            "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -n 1)" \
            "$(sed -n 's/.* ft: \([0-9]*\).*/\1/p' "$log" | tail -n 1)"
    else
        printf '%-16s reports, see %s\n' "$name" "$log"
        return 1
    fi
}
export -f fuzz timed
export root work
printf '%s\n' "${names[@]}" | xargs -P "$(nproc)" -I{} "$BASH" -c 'timed {} '"$2" || die "fuzz: there are reports"
