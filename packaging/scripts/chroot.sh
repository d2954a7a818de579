#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# usage: packaging/scripts/chroot.sh DIR [--sudo] COMMAND...      (as root)
# Runs COMMAND in a fresh clone of this repository inside a bare Debian 12 in DIR: what a stranger would see.
# Without --sudo: as root, no sudo installed. With --sudo: as the user "visitor", who may use sudo.
# DIR is made by debootstrap from this machine's own Debian source the first time and kept; the clone is brought to
# HEAD each time, its build folder stays. Everything started inside ends with COMMAND.
set -euo pipefail
[[ $# -ge 2 && $(id -u) -eq 0 ]] || { sed -n '3,7s/^# //p' "$0" >&2; exit 2; }
repository=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)
directory=$1
shift
user=root
if [[ $1 == --sudo ]]; then
    user=visitor
    shift
fi

"$(dirname "$0")/bare_debian.sh" "$directory"

home=/root
if [[ $user != root ]]; then
    home=/home/$user
    if ! chroot "$directory" id "$user" >/dev/null 2>&1; then
        chroot "$directory" sh -c "apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y \
            --no-install-recommends sudo && useradd -m -s /bin/bash $user" >/dev/null
        echo "$user ALL=(ALL) NOPASSWD: ALL" >"$directory/etc/sudoers.d/$user"
    fi
fi
clone=$directory$home/gnomon
if [[ -d $clone/.git ]]; then
    git -c safe.directory='*' -C "$clone" fetch -q "$repository" HEAD
    # The owner was changed below: without a look at the contents every file would be written anew, and built again.
    git -c safe.directory='*' -C "$clone" update-index -q --refresh || true
    git -c safe.directory='*' -C "$clone" checkout -qf --detach FETCH_HEAD
    git -c safe.directory='*' -C "$clone" clean -qfd
else
    git -c safe.directory='*' clone -q --no-hardlinks "$repository" "$clone"
fi
chroot "$directory" chown -R "$user:" "$home"
if [[ -n ${GNOMON_TEST_DATA:-} ]]; then
    mkdir -p "$directory$home/shared/data"
fi

# Mounts and processes live in namespaces of their own: nothing is left behind, whatever COMMAND does.
export directory user home
# shellcheck disable=SC2016
exec unshare --mount --pid --fork --kill-child bash -c '
    set -euo pipefail
    mount -t proc proc "$directory/proc"
    mount --rbind /sys "$directory/sys"
    mount --rbind /dev "$directory/dev"
    if [[ -n ${GNOMON_TEST_DATA:-} ]]; then mount --bind -o ro "$GNOMON_TEST_DATA" "$directory$home/shared/data"; fi
    exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME="$home" USER="$user" TERM=dumb \
        chroot --userspec="$user" "$directory" /bin/bash -c "cd ~/gnomon && exec \"\$@\"" bash "$@"
' bash "$@"
