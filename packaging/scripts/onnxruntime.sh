#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# usage: packaging/scripts/onnxruntime.sh PREFIX
# Makes PREFIX/lib/libonnxruntime.so.1 and PREFIX/include/onnxruntime, as root or as anybody else. Where the distribution
# has the package, PREFIX links to that. Otherwise the library comes from the npm package that carries its official
# build, and the headers from Debian 13's package, unpacked and not installed. Both are checked against the digests below.
# A second run finds everything in place and needs no network.
set -euo pipefail

readonly npm_package=onnxruntime-node@1.30.0
readonly npm_sha512=twhs1C2C/BFkz1yc5OY0KIU2GUq6DURO7hD4bx5Q2Qy3nAMJwRXW8xU3NVczE29VA9lolLOYepoD8fjTGOfIqw==
readonly npm_library=package/bin/napi-v6/linux/x64/libonnxruntime.so.1
readonly library_sha256=ffb75a925ba05e47b235bb66e3e3911714a80b328a9c9425539feb204aa32a23
readonly headers_package=libonnxruntime-dev=1.21.0+dfsg-1
readonly headers_sha256=14f7d959d5deacbcf1504830d4189f91fc67382b399ed9ae9d3aa9c4050ced08

say() { echo "onnxruntime: $*"; }
die() {
    say "$*" >&2
    exit 1
}
sha256_of() { sha256sum "$1" | cut -d ' ' -f 1; }

[[ $# -eq 1 && $1 != -* ]] || {
    sed -n '3,7s/^# //p' "$0" >&2
    exit 2
}
mkdir -p "$1"
prefix=$(cd "$1" && pwd)
library=$prefix/lib/libonnxruntime.so.1
headers=$prefix/include/onnxruntime

# The headers come last, in one step; the library is looked at as a whole.
in_place() {
    [[ -e $library && -e $headers/onnxruntime_cxx_api.h ]] || return 1
    [[ -L $library || $(sha256_of "$library") == "$library_sha256" ]]
}
if in_place; then
    say "up to date in $prefix"
    exit 0
fi

# --- the distribution's own package

packaged_header=/usr/include/onnxruntime/onnxruntime_cxx_api.h
if [[ ! -e $packaged_header ]] && apt-cache policy libonnxruntime-dev 2>/dev/null | grep -q 'Candidate: [0-9]'; then
    as_root=()
    if [[ $(id -u) -ne 0 ]]; then as_root=(sudo); fi
    DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get -qq install -y --no-install-recommends libonnxruntime-dev ||
        die "cannot install libonnxruntime-dev; install it yourself and start again"
fi
if [[ -e $packaged_header ]]; then
    packaged_library=$(ldconfig -p 2>/dev/null | sed -n 's/.*libonnxruntime\.so[.0-9]* .*=> //p' | tail -n 1)
    packaged_library=${packaged_library:-$(compgen -G '/usr/lib/*/libonnxruntime.so*' | tail -n 1)}
    [[ -n $packaged_library ]] || die "libonnxruntime-dev is installed but its library is not found"
    mkdir -p "$prefix/lib" "$prefix/include"
    ln -sfn "$(readlink -f "$packaged_library")" "$library"
    rm -rf "$headers"
    ln -sfn "$(dirname "$packaged_header")" "$headers"
    say "the distribution's package, linked from $prefix"
    exit 0
fi

# --- elsewhere

[[ $(uname -sm) == "Linux x86_64" ]] || die "there is no package for $(uname -sm) here, and the other way is for Linux x86_64"
for tool in npm apt-get dpkg-deb openssl; do
    command -v "$tool" >/dev/null || die "$tool is missing; install it and start again"
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
cd "$work"

say "fetching $npm_package (about 114 MB)"
tarball=$(npm pack --loglevel=error --ignore-scripts --cache "$work/npm" "$npm_package" </dev/null) || die "npm cannot fetch $npm_package"
[[ $(openssl dgst -sha512 -binary "$tarball" | openssl base64 -A) == "$npm_sha512" ]] ||
    die "$npm_package is not the file it should be (SHA-512 differs)"
tar -xzf "$tarball" "$npm_library"
[[ $(sha256_of "$npm_library") == "$library_sha256" ]] || die "the library is not the file it should be (SHA-256 differs)"

# apt with a state of its own, and this machine's own Debian source with the suite replaced: nothing on the machine
# changes, and the download is signed by Debian and comes from wherever this machine gets its packages.
mkdir -p sources lists/partial cache/archives/partial
if [[ -f /etc/apt/sources.list.d/debian.sources ]]; then
    awk -v RS= '/(^|\n)Suites:[^\n]*bookworm( |\n|$)/ { print; exit }' /etc/apt/sources.list.d/debian.sources |
        sed -e '/^#/d' -e 's/^Types:.*/Types: deb/' -e 's/^Suites:.*/Suites: trixie/' -e 's/^Components:.*/Components: main/' \
            >sources/trixie.sources
elif [[ -f /etc/apt/sources.list ]]; then
    awk '$1 == "deb" && sub(/ bookworm .*/, " trixie main") { print; exit }' /etc/apt/sources.list >sources/trixie.list
fi
[[ -n $(find sources -type f -size +0) ]] || die "this machine's apt has no Debian 12 source to derive one for the headers from"
private=(-qq -o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$work/sources" -o "Dir::State::Lists=$work/lists"
    -o "Dir::Cache=$work/cache" -o APT::Sandbox::User=root -o Acquire::Languages=none)
say "fetching the headers"
apt-get "${private[@]}" update || die "apt cannot read the Debian 13 source"
apt-get "${private[@]}" download "$headers_package" || die "apt cannot fetch $headers_package"
package=$(echo libonnxruntime-dev_*.deb)
[[ $(sha256_of "$package") == "$headers_sha256" ]] || die "$package is not the file it should be (SHA-256 differs)"
dpkg-deb -x "$package" unpacked

install -D -m 755 "$npm_library" "$library.new"
mv -f "$library.new" "$library"
install -D -m 644 unpacked/usr/share/doc/libonnxruntime-dev/copyright "$prefix/share/doc/onnxruntime/copyright"
mkdir -p "$prefix/include"
rm -rf "$headers" "$headers.new"
cp -r unpacked/usr/include/onnxruntime "$headers.new"
mv "$headers.new" "$headers"
say "installed in $prefix"
