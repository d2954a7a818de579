#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""usage: packaging/manual/make.py BIN OUT VERSION

Writes the man pages and the completions of the programs in BIN to OUT, in the folders that they are installed to below
/usr/share. SOURCE_DATE_EPOCH dates the pages.
"""

import pathlib
import sys

import completion
import help_tree
import man_page

CONFIGURATION = "\\fB/etc/gnomon/gnomond.toml\\fR explains every key; \\fB/usr/share/doc/gnomon\\-node\\fR shows how to set up a node."
PROGRAMS = {
    "gnomon": (1, [("EXIT STATUS", ["0 ended by a person, 2 usage, 4 cannot start."]),
                   ("FILES", ["\\fB$XDG_DATA_HOME/gnomon/console.db\\fR keeps connections and settings; keys are never "
                              "in it, only their paths."]),
                   ("SEE ALSO", ["\\fBgnomonctl\\fR(1), \\fBgnomond\\fR(8)"])]),
    "gnomonctl": (1, [("SEE ALSO", ["\\fBgnomon\\fR(1), \\fBgnomond\\fR(8)"])]),
    "gnomond": (8, [("FILES", [CONFIGURATION, "\\fB/var/lib/gnomon/models\\fR: the model repository, which the node "
                                              "only reads.",
                               "\\fB/var/lib/gnomon/state\\fR: deployments, audit trail, recorded requests, the "
                               "log's key."]),
                    ("SEE ALSO", ["\\fBgnomonctl\\fR(1), \\fBgnomon\\fR(1)"])]),
}
COMPLETIONS = {"bash-completion/completions/{}": completion.bash, "zsh/vendor-completions/_{}": completion.zsh,
               "fish/vendor_completions.d/{}.fish": completion.fish}


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def main(folder, out, version):
    for name, (section, more) in PROGRAMS.items():
        program = pathlib.Path(folder) / name
        if not program.exists():  # a build of one half
            continue
        tree = help_tree.read(str(program))
        for place, make in COMPLETIONS.items():
            write(pathlib.Path(out) / place.format(name), make(tree))
        write(pathlib.Path(out) / f"man/man{section}/{name}.{section}", man_page.man_page(tree, section, version, more))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
