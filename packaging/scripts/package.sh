# SPDX-License-Identifier: GPL-3.0-or-later
#: usage: ./run package
#: Make installable packages. There are none yet.
# shellcheck shell=bash source=packaging/scripts/common.sh
source packaging/scripts/common.sh
die "package: no package format exists yet; ./run build makes the programs in build/dev/app"
