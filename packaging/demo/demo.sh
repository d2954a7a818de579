# SPDX-License-Identifier: GPL-3.0-or-later
# The demo itself; ./run demo sets up and builds first. Everything it starts ends with it, whatever ends it: each
# process gets a group of its own, told to stop by the trap below, and by the kernel should this script be killed.
# shellcheck shell=bash source=packaging/scripts/common.sh
source packaging/scripts/common.sh

pictures=
seconds=20
only_check=
while [[ $# -gt 0 ]]; do
    case $1 in
        --check) only_check=1 ;;
        --headless)
            [[ ${2:-} == [!-]* ]] || die "demo: --headless needs a folder to write to"
            mkdir -p "$(from_caller "$2")" || die "demo: cannot write to $2"
            pictures=$(cd "$(from_caller "$2")" && pwd)
            shift
            ;;
        --seconds)
            [[ ${2:-} =~ ^[1-9][0-9]{0,4}$ ]] || die "demo: --seconds needs a number from 1 to 99999"
            seconds=$2
            shift
            ;;
        *) die "demo: unknown argument '$1' (./run demo --help)" ;;
    esac
    shift
done
if [[ -z $pictures && -z ${DISPLAY:-} && -z ${WAYLAND_DISPLAY:-} ]]; then
    die "demo: there is no display here; ./run demo --headless out drives the console by itself and writes pictures to out/"
fi
[[ -z $only_check ]] || exit 0

ctl=$(program gnomonctl)
node=$(program gnomond)
if [[ -n $pictures ]]; then
    console=$(program gnomon-tour)
else
    console=$(program gnomon)
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/gnomon-demo.XXXXXX")
groups=()

# launch NAME COMMAND...: starts COMMAND in a group of its own; $! is its process and group. It writes to NAME and
# NAME.errors.
launch() {
    local name=$1
    shift
    setpriv --pdeathsig TERM -- setsid "$@" >"$work/$name" 2>"$work/$name.errors" &
    groups=("$!" "${groups[@]}")
}

# Youngest first, so that callers are gone before the node drains; nobody gets more than ten seconds.
stop_everything() {
    local group waited
    for group in "${groups[@]}"; do
        kill -TERM -- "-$group" 2>/dev/null || continue
        for ((waited = 0; waited < 100; waited++)); do
            kill -0 -- "-$group" 2>/dev/null || break
            sleep 0.1
        done
        kill -KILL -- "-$group" 2>/dev/null || true
    done
    groups=()
}
finish() {
    local code=$?
    trap '' INT TERM HUP
    if [[ $code -ne 0 && $code -lt 128 && -s $work/node.errors ]]; then
        echo "--- the node's last lines" >&2
        tail -n 15 "$work/node.errors" >&2
    fi
    stop_everything
    rm -rf "$work"
    exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

export XDG_RUNTIME_DIR=$work/runtime
mkdir -m 700 "$XDG_RUNTIME_DIR"

# --- who is who
issue() { "$ctl" pki issue --dir "$work/authority" --uri "spiffe://demo.gnomon/$1" --out "$work/$2" "${@:3}" >/dev/null; }
"$ctl" pki init --dir "$work/authority" --trust-domain demo.gnomon >/dev/null
issue node/demo node --host localhost --host 127.0.0.1
issue console/you/desk console
issue caller/demo/mail-gateway spam-filter
issue caller/demo/loan-desk credit-approval

# --- the node
cat >"$work/gnomond.toml" <<TOML
[node]
name = "demo"
environment = "practice"
trust_domain = "demo.gnomon"
[paths]
repository = "$root/resources/demo/models"
state = "$work/state"
onnxruntime = "$GNOMON_ONNXRUNTIME_PREFIX/lib/libonnxruntime.so.1"
[inference]
listen = ["127.0.0.1:0"]
[control]
listen = ["127.0.0.1:0"]
[metrics]
listen = "127.0.0.1:0"
[tls]
ca = "$work/ca.crt"
certificate = "$work/node.crt"
key = "$work/node.key"
TOML
ready=$work/ready.json
launch node "$node" --config "$work/gnomond.toml" --ready-file "$ready"
node_process=$!
for ((waited = 0; waited < 600; waited++)); do
    [[ ! -s $ready ]] || break
    kill -0 "$node_process" 2>/dev/null || die "demo: the node ended before it was ready"
    sleep 0.1
done
[[ -s $ready ]] || die "demo: the node was not ready within a minute"
control=$(python3 packaging/demo/summary.py address "$ready" control)
inference=$(python3 packaging/demo/summary.py address "$ready" inference)
say "node demo is up: control $control, inference $inference"

# --- traffic: rows that no model was trained on, over and over
as() { identity=(--ca "$work/ca.crt" --cert "$work/$1.crt" --key "$work/$1.key"); }
replay() {
    as "$1"
    launch "$1.replay" "$ctl" --json --inference "$inference" "${identity[@]}" replay --loop --rate "$2" --endpoint "$1" \
        "resources/demo/rows/$1.csv"
}
replay spam-filter 80
replay credit-approval 40

# --- the console
as console
operate=("$ctl" --json --node "$control" "${identity[@]}")
"${operate[@]}" status >/dev/null || die "demo: the node does not answer"
profile=(--profile-db "$work/console.db" --connect demo)
"$console" "${profile[@]}" --add-profile "$control" --environment practice "${identity[@]}" ||
    die "demo: the console cannot keep a profile"

if [[ -z $pictures ]]; then
    say "the console is open; close it or press Ctrl-C to end everything, which leaves nothing behind"
    say "the command line, in another shell, until then:"
    printf '    export GNOMON_NODE=%s GNOMON_INFERENCE=%s\n' "$control" "$inference"
    printf '    export GNOMON_CA=%s GNOMON_CERT=%s GNOMON_KEY=%s\n' "$work/ca.crt" "$work/console.crt" "$work/console.key"
    printf '    ./run ctl status\n'
    launch console "$console" "${profile[@]}"
    wait "$!"
    exit
fi

say "traffic flows for $seconds s, then the tour starts"
sleep "$seconds" &
wait "$!"
# The mistake that the tour rolls back: somebody promotes the bad version.
"${operate[@]}" promote credit-approval 3 --reason "monthly retraining" >"$work/promoted" ||
    die "demo: the bad version could not be promoted"
sleep 5 &
wait "$!"
launch tour "$console" "${profile[@]}" --out "$pictures"
wait "$!" || {
    tail -n 20 "$work/tour.errors" >&2
    die "demo: the tour failed; what it says is above"
}
for endpoint in spam-filter credit-approval; do
    "${operate[@]}" compare "$endpoint" >"$work/$endpoint.compare"
done

# The export proves itself without the node, and no longer does so when one byte of it differs.
stop_everything
"$ctl" audit verify "$pictures/audit-export" || die "demo: the exported trail does not verify"
python3 packaging/demo/summary.py spoil "$pictures/audit-export" "$work/spoilt"
if "$ctl" audit verify "$work/spoilt" >/dev/null 2>&1; then
    die "demo: the exported trail verifies although one byte was changed"
fi
python3 packaging/demo/summary.py write "$pictures" "$work"/*.replay -- "$work"/*.compare
say "pictures, texts, audit-export and summary.json are in $pictures"
