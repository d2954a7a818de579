# SPDX-License-Identifier: GPL-3.0-or-later
#: usage: ./run ctl [arguments of gnomonctl]
#: Start the command line gnomonctl with the arguments given.
# shellcheck shell=bash source=packaging/scripts/common.sh
source packaging/scripts/common.sh
start gnomonctl "$@"
