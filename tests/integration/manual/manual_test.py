# SPDX-License-Identifier: GPL-3.0-or-later
"""Man pages and completions say what the programs say of themselves with --help: no more, no less."""
import functools
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(os.environ["GNOMON_SOURCE"])
BIN = pathlib.Path(os.environ["GNOMON_BIN"])
sys.path.insert(0, str(SOURCE / "packaging/manual"))
import help_tree  # noqa: E402

PROGRAMS = {name: section for name, section in (("gnomon", 1), ("gnomonctl", 1), ("gnomond", 8)) if (BIN / name).exists()}


@functools.lru_cache(None)
def said(name, verbs=()):
    """What --help offers, read in a cruder way than the maker does: (verbs, long options)."""
    text = help_tree.help_of(str(BIN / name), list(verbs))
    block = re.search(r"^Subcommands:\n((?:  .*\n)+)", text, re.M)
    commands = re.findall(r"^  (\S+)", block[1], re.M) if block else []
    return commands, re.findall(r"^ +(?:-\w, ?)?(--[a-z-]+)", text, re.M)


def every_command(name, verbs=()):
    yield verbs
    for command in said(name, verbs)[0]:
        yield from every_command(name, (*verbs, command))


class Manual(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.out = pathlib.Path(cls.folder.name)
        subprocess.run([sys.executable, "-B", SOURCE / "packaging/manual/make.py", BIN, cls.out, "1.2.3"], check=True)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def complete(self, name, *words):
        """What bash offers after these words; the last one is being typed."""
        script = self.out / "bash-completion/completions" / name
        line = " ".join([name, *words])
        ask = f'source {script}; COMP_WORDS=({line}); [[ -n "{words[-1]}" ]] || COMP_WORDS+=(""); ' \
              f'COMP_CWORD={len(words)}; _{name} {name} "{words[-1]}" "${{COMP_WORDS[COMP_CWORD-1]}}"; ' \
              'printf "%s\\n" "${COMPREPLY[@]}"'
        done = subprocess.run(["bash", "-uc", ask], capture_output=True, text=True, check=True, cwd=self.out)
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    def test_bash_offers_what_help_names(self):
        for name in PROGRAMS:
            top = set(said(name)[1]) - {"--version"}
            for verbs in every_command(name):
                commands, options = said(name, verbs)
                with self.subTest(command=(name, *verbs)):
                    self.assertEqual(set(self.complete(name, *verbs, "--")),
                                     set(options) | (top if name == "gnomonctl" and verbs else set()))
                    if commands:
                        plain = {word for word in self.complete(name, *verbs, "") if not word.startswith("-")}
                        self.assertEqual(plain, set(commands))

    def test_bash_knows_fixed_values_and_files(self):
        self.assertIn("checkpoint", self.complete("gnomonctl", "audit", "search", "--kind", ""))
        self.assertEqual(self.complete("gnomonctl", "pki", "issue", "--environment", "pro"), ["production"])
        self.assertIn("shadow-start", self.complete("gnomonctl", "plan", "shadow"))
        self.assertEqual(self.complete("gnomonctl", "--ca", "au"), [])  # the shell then offers files
        self.assertEqual(self.complete("gnomonctl", "--json", "audit", "--timeout", "7", "ver"), ["verify"])

    def test_other_shells_get_every_command_and_option(self):
        for name in PROGRAMS:
            fish = (self.out / f"fish/vendor_completions.d/{name}.fish").read_text()
            zsh = (self.out / f"zsh/vendor-completions/_{name}").read_text()
            self.assertTrue(zsh.startswith(f"#compdef {name}\n"))
            for verbs in every_command(name):
                commands, options = said(name, verbs)
                for word in commands:
                    self.assertIn(f" -a {word} ", fish)
                for option in options:
                    self.assertIn(f" -l {option[2:]} ", fish)
                    self.assertIn(option, zsh)

    def test_the_page_holds_every_command_and_option(self):
        for name, section in PROGRAMS.items():
            page = (self.out / f"man/man{section}/{name}.{section}").read_text().replace("\\-", "-")
            self.assertIn("Gnomon 1.2.3", page)
            for verbs in every_command(name):
                if verbs and not said(name, verbs)[0]:
                    self.assertIn(f".SS {' '.join(verbs)}", page)
                for option in said(name, verbs)[1]:
                    self.assertIn(f"\\fB{option}\\fR", page)
            for line in page.splitlines():  # nothing that troff would take for a request
                self.assertRegex(line, r"^(?!['.])|^\.(TH|SH|SS|TP|PP|\\\")")

    def test_help_that_is_not_understood_is_an_error(self):
        with self.assertRaises(help_tree.NotUnderstood):
            help_tree.parse("Does.\nUsage: x [OPTIONS]\n\nOptions:\n  --quiet\n", ["x"])


if __name__ == "__main__":
    unittest.main()
