#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# usage: packaging/scripts/package_check.sh DIR DEB...      (as root)
# Installs the packages into a bare Debian 12 in DIR (made by debootstrap the first time and kept), and uses them as people
# would: the unit and its user, a node without and with a certificate, a call, a change, the console under Xvfb, an
# upgrade to a higher version number, removal, purge. A picture of the console is left beside the first package.
# There is no systemd running in there: the unit's command line is started as the unit's user.
set -euo pipefail
[[ $# -ge 2 && $1 != -* && $(id -u) -eq 0 ]] || { sed -n '3,7s/^# //p' "$0" >&2; exit 2; }
repository=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)
directory=$(realpath -m "$1")
shift

"$repository/packaging/scripts/bare_debian.sh" "$directory"
stage=$directory/srv/package-check
rm -rf "$stage"
mkdir -p "$stage/upgrade"
cp "$@" "$stage"
cp -r "$repository/resources/demo/models" "$repository/resources/demo/rows" "$stage"
cp "$repository/packaging/scripts/package_check_inside.sh" "$stage/check.sh"

# The same packages with a higher version number.
for package in "$@"; do
    version=$(dpkg-deb --field "$package" Version)
    dpkg-deb --raw-extract "$package" "$stage/unpacked"
    sed -i "s/^Version: .*/Version: $version+upgrade/" "$stage/unpacked/DEBIAN/control"
    dpkg-deb --root-owner-group -Znone --build "$stage/unpacked" "$stage/upgrade" >/dev/null
    rm -rf "$stage/unpacked"
done

# Mounts and processes live in namespaces of their own: nothing is left behind, whatever happens.
export directory
# shellcheck disable=SC2016
unshare --mount --pid --fork --kill-child bash -c '
    set -euo pipefail
    mount -t proc proc "$directory/proc"
    mount --rbind /sys "$directory/sys"
    mount --rbind /dev "$directory/dev"
    mount -t tmpfs tmpfs "$directory/run"
    exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb LC_ALL=C.UTF-8 \
        chroot "$directory" /bin/bash /srv/package-check/check.sh
'
cp "$stage/console.png" "$(dirname "$1")/console.png"
