# SPDX-License-Identifier: GPL-3.0-or-later
#: usage: ./run node [arguments of gnomond]
#: Start the serving node gnomond with the arguments given.
# shellcheck shell=bash source=packaging/scripts/common.sh
source packaging/scripts/common.sh
start gnomond "$@"
