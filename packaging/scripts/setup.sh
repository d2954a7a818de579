# SPDX-License-Identifier: GPL-3.0-or-later
#: usage: ./run setup [--dev] [--fuzz] [--train] [--package]
#: Install what Gnomon needs on Debian 12: packages, the en_US.UTF-8 locale, ONNX Runtime, clients for the tests.
#:
#: As root or with sudo. What is there already is left alone, so the second run asks nothing of the network.
#:   --dev     also clang-format, clang-tidy, shellcheck and what --fuzz brings
#:   --fuzz    also clang and its libFuzzer and sanitizer runtimes
#:   --train   also what resources/demo/make needs to train the demo's models again (R, scikit-learn, onnx)
#:   --package also what ./run package makes packages with; it installs that itself
#: ONNX Runtime goes to ${XDG_CACHE_HOME:-~/.cache}/gnomon/onnxruntime, or where GNOMON_ONNXRUNTIME_PREFIX says; the npm
#: packages that tests call a node with (pinned by their digests) to oip-clients beside it, or GNOMON_OIP_CLIENTS.
# shellcheck shell=bash source=packaging/scripts/common.sh
source packaging/scripts/common.sh

packages=(
    g++ cmake ninja-build ccache mold pkg-config git ca-certificates locales python3
    libgrpc++-dev libprotobuf-dev protobuf-compiler protobuf-compiler-grpc
    libabsl-dev libc-ares-dev libre2-dev zlib1g-dev libssl-dev
    libsqlite3-dev libsqlitecpp-dev libsodium-dev
    libspdlog-dev nlohmann-json3-dev libcli11-dev libtomlplusplus-dev prometheus-cpp-dev libgtest-dev
    python3-grpcio python3-protobuf nodejs strace haproxy
    qt6-base-dev qt6-charts-dev qt6-svg-dev libqt6svg6 libqt6opengl6-dev qt6-qpa-plugins fonts-inter fonts-dejavu-core
)
for option in "$@"; do
    case $option in
        --fuzz) packages+=(clang libclang-rt-14-dev) ;;
        --dev) packages+=(clang clang-format clang-tidy libclang-rt-14-dev shellcheck) ;;
        --train) packages+=(r-cran-kernlab r-cran-caret python3-numpy python3-sklearn python3-onnx) ;;
        --package) packages+=(debhelper lintian desktop-file-utils appstream librsvg2-bin) ;;
        *) die "setup: unknown option '$option' (./run setup --help)" ;;
    esac
done

if ! grep -qs '^ID=debian' /etc/os-release; then
    die "setup: this is not Debian; CONTRIBUTING.md lists what to install by hand"
fi

is_installed() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

missing=()
for package in "${packages[@]}"; do
    is_installed "$package" || missing+=("$package")
done
# ONNX Runtime: Debian 13 has the package. Before that the library comes as an npm package. npm is needed only as long as
# that, and what tests call a node with, have not been fetched.
if [[ $(sed -n 's/^VERSION_ID="\{0,1\}\([0-9]*\).*/\1/p' /etc/os-release) -ge 13 ]]; then
    is_installed libonnxruntime-dev || missing+=(libonnxruntime-dev)
fi
clients_in_place() {
    cmp -s tests/integration/oip_foreign_clients/package-lock.json "$GNOMON_OIP_CLIENTS/package-lock.json"
}
if { [[ ! -e $GNOMON_ONNXRUNTIME_PREFIX/lib/libonnxruntime.so.1 ]] || ! clients_in_place; } && ! command -v npm >/dev/null; then
    missing+=(npm)
fi
has_locale() { locale -a 2>/dev/null | grep -qix 'en_US\.utf-\?8'; }

as_root=()
if [[ $(id -u) -ne 0 ]]; then
    as_root=(sudo)
fi
if [[ ${#missing[@]} -gt 0 ]] || ! has_locale; then
    if [[ $(id -u) -ne 0 ]] && ! command -v sudo >/dev/null; then
        die "setup: neither root nor sudo; ask an administrator for: apt-get install --no-install-recommends ${missing[*]}" \
            "(and the locale en_US.UTF-8)"
    fi
fi

if [[ ${#missing[@]} -gt 0 ]]; then
    say "installing ${#missing[@]} packages: ${missing[*]}"
    apt=(env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0)
    log=$(mktemp)
    cleanup=(rm -f "$log")
    trap '"${cleanup[@]}"' EXIT
    # A test runs HAProxy by itself. The service that comes with the package is not wanted: a policy, where there is none
    # yet, keeps it from being started, and then it is disabled. One that was there before is left alone.
    no_service=false
    if [[ " ${missing[*]} " == *' haproxy '* ]]; then
        no_service=true
        policy=/usr/sbin/policy-rc.d
        if [[ ! -e $policy ]]; then
            cleanup=("${as_root[@]}" rm -f "$log" "$policy")
            printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
            "${as_root[@]}" chmod 755 "$policy"
        fi
    fi
    if ! { "${as_root[@]}" "${apt[@]}" update &&
        "${as_root[@]}" "${apt[@]}" install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
        tail -n 30 "$log" >&2
        die "setup: apt-get failed; its last lines are above"
    fi
    if $no_service; then
        "${as_root[@]}" /usr/sbin/update-rc.d haproxy disable >/dev/null
    fi
    "${cleanup[@]}"
fi

if ! has_locale; then
    say "making the locale en_US.UTF-8"
    echo 'en_US.UTF-8 UTF-8' | "${as_root[@]}" tee -a /etc/locale.gen >/dev/null
    "${as_root[@]}" /usr/sbin/locale-gen >/dev/null
fi

if ! clients_in_place; then
    say "fetching the npm packages that tests call a node with"
    fresh=$GNOMON_OIP_CLIENTS.new
    rm -rf "$fresh"
    mkdir -p "$fresh"
    cp tests/integration/oip_foreign_clients/package{,-lock}.json "$fresh"
    npm --prefix "$fresh" ci --loglevel=error --ignore-scripts --no-audit --no-fund </dev/null >/dev/null ||
        die "setup: npm cannot fetch what tests/integration/oip_foreign_clients/package-lock.json names"
    rm -rf "$GNOMON_OIP_CLIENTS"
    mv "$fresh" "$GNOMON_OIP_CLIENTS"
fi

"$BASH" packaging/scripts/onnxruntime.sh "$GNOMON_ONNXRUNTIME_PREFIX"
say "setup is complete"
