#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# usage: packaging/scripts/bare_debian.sh DIR      (as root)
# Makes a bare Debian 12 in DIR with debootstrap, from this machine's own Debian source; one that is there is kept. The
# inside reaches its sources the way this machine does.
set -euo pipefail
[[ $# -eq 1 && $1 != -* && $(id -u) -eq 0 ]] || { sed -n '3,5s/^# //p' "$0" >&2; exit 2; }
directory=$1

# The machine's first Debian source: "http://... bookworm ..." in either of apt's two formats.
debian_source() {
    local file
    for file in /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list; do
        [[ -f $file ]] && sed -nE 's/^URIs: *([^ ]+).*/\1/p; s/^deb +(\[[^]]*\] +)?([^ ]+) .*/\2/p' "$file"
    done | head -n 1
}

if [[ ! -e $directory/etc/debian_version ]]; then
    mkdir -p "$directory"
    debootstrap --variant=minbase bookworm "$directory" "$(debian_source)" >"$directory.debootstrap.log"
    # How this machine reaches its sources, so that the inside reaches them too.
    rm -f "$directory/etc/apt/sources.list"
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources; do
        if [[ -f $file ]]; then cp "$file" "$directory$file"; fi
    done
    grep -l '^ *Acquire::' /etc/apt/apt.conf.d/* 2>/dev/null | xargs -r grep -L 'compress\|Languages\|GzipIndexes' |
        xargs -rI{} cp {} "$directory/etc/apt/apt.conf.d/" || true
    if compgen -G '/usr/local/share/ca-certificates/*.crt' >/dev/null; then
        mkdir -p "$directory/usr/local/share/ca-certificates"
        cp /usr/local/share/ca-certificates/*.crt "$directory/usr/local/share/ca-certificates/"
    fi
fi
cp /etc/resolv.conf "$directory/etc/resolv.conf"
