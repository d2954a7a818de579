# SPDX-License-Identifier: GPL-3.0-or-later
#: usage: ./run demo [--headless DIR [--seconds N]]
#: Set up, build, then show real models answering real rows on a node of its own; Ctrl-C ends everything.
#:
#: Opens the console on your display. Two endpoints answer rows that no model was trained on, each with a shadow.
#:   --headless DIR   needs no display: drives the console through every screen and every change, writes pictures,
#:                    their texts, audit-export and summary.json to DIR, and fails if anything failed
#:   --seconds N      how long traffic flows before the tour starts (headless only)
# shellcheck shell=bash source=packaging/scripts/common.sh
source packaging/scripts/common.sh
"$BASH" packaging/demo/demo.sh --check "$@"
"$BASH" packaging/scripts/setup.sh
"$BASH" packaging/scripts/build.sh dev gnomon gnomond gnomonctl gnomon-tour
exec "$BASH" packaging/demo/demo.sh "$@"
