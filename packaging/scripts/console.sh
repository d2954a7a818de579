# SPDX-License-Identifier: GPL-3.0-or-later
#: usage: ./run console [arguments of gnomon]
#: Start the operations console gnomon with the arguments given.
# shellcheck shell=bash source=packaging/scripts/common.sh
source packaging/scripts/common.sh
start gnomon "$@"
