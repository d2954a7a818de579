# SPDX-License-Identifier: GPL-3.0-or-later
#: usage: ./run package [--check DIR]
#: Build the release and make build/package/*.deb for Debian 12: gnomon, gnomon-ctl, gnomon-node.
#:
#: As root or with sudo, for it installs Debian's packaging tools the first time. Fails on errors and warnings of lintian
#: that no override file explains. The same commit gives the same packages, byte for byte.
#:   --check DIR   also installs them into a bare Debian 12 in DIR (made there the first time), uses them, upgrades,
#:                 removes and purges them: packaging/scripts/package_check.sh, as root
# shellcheck shell=bash source=packaging/scripts/common.sh
source packaging/scripts/common.sh

check=
if [[ ${1:-} == --check && $# -eq 2 ]]; then
    check=$(from_caller "$2")
elif [[ $# -gt 0 ]]; then
    die "package: unknown argument '$1' (./run package --help)"
fi
"$BASH" packaging/scripts/setup.sh --package
"$BASH" packaging/scripts/build.sh package gnomon gnomond gnomonctl

version=$(sed -n 's/^project(gnomon VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
# The commit's time stands for the time of the build, in the packages too; a changed copy has none of its own.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || stat -c %Y CHANGELOG.md)}
export SOURCE_DATE_EPOCH GNOMON_SOURCE=$root GNOMON_TREE=$root/build/package

# Debian's tools want debian/ at the top of a folder: one that holds nothing else.
work=build/package/deb
rm -rf "$work" build/package/*.{deb,changes,buildinfo}
mkdir -p "$work"
cp -r packaging/deb "$work/debian"
cat >"$work/debian/changelog" <<END
gnomon ($version) bookworm; urgency=medium

  * What changed stands in release-notes.md beside this file.

 -- $(sed -n 's/^Maintainer: //p' packaging/deb/control)  $(LC_ALL=C date -Rud "@$SOURCE_DATE_EPOCH")
END
if ! (cd "$work" && dpkg-buildpackage --build=binary --no-sign --no-check-builddeps) >build/package/deb.log 2>&1; then
    tail -n 30 build/package/deb.log >&2
    die "package: dpkg-buildpackage failed; its last lines are above"
fi
say "lintian"
lintian --allow-root --fail-on error,warning --tag-display-limit 0 build/package/*.changes
desktop-file-validate packaging/desktop/*.desktop
appstreamcli validate --no-net packaging/desktop/*.metainfo.xml >/dev/null
ls -lh build/package/*.deb

if [[ -n $check ]]; then
    "$BASH" packaging/scripts/package_check.sh "$check" build/package/*.deb
fi
