# SPDX-License-Identifier: GPL-3.0-or-later
"""What a program says of itself with --help, as a tree: the source of its man page and of its completion.

Understands the two layouts there are: CLI11's (gnomond, gnomonctl) and Qt's (gnomon).
"""

import os
import re
import subprocess
from dataclasses import dataclass, field


class NotUnderstood(Exception):
    """The help of a program has a line that is none of the known ones."""


@dataclass
class Option:
    names: list  # "-h", "--help"; of a positional: its name
    value: str = ""  # what follows it, for people; empty: nothing
    description: str = ""
    choices: list = field(default_factory=list)  # the only values there are
    facts: list = field(default_factory=list)  # required, default, environment
    group: str = ""


@dataclass
class Command:
    path: list  # "gnomonctl", "audit", "search"
    description: str
    usage: str = ""
    options: list = field(default_factory=list)
    positionals: list = field(default_factory=list)
    commands: list = field(default_factory=list)
    groups: dict = field(default_factory=dict)  # name: description
    footer: str = ""

    def every(self):
        yield self
        for command in self.commands:
            yield from command.every()


def help_of(program, verbs):
    """What "program verbs --help" prints."""
    environment = dict(os.environ, LC_ALL="C.UTF-8", COLUMNS="200")
    done = subprocess.run([program, *verbs, "--help"], capture_output=True, text=True, env=environment, check=True)
    return done.stdout


def read(program, path=None):
    """The whole tree of one program."""
    path = path or [os.path.basename(program)]
    command = parse(help_of(program, path[1:]), path)
    command.commands = [read(program, path + [name]) for name in command.commands]
    return command


def parse(text, path):
    """One help text; the names of its subcommands stand in place of the subcommands."""
    command = Command(path, "")
    section, group, last = "", "", None
    for line in text.splitlines():
        heading = re.fullmatch(r" *(Options|Positionals|Subcommands|Arguments):", line)
        if heading:
            section, last = heading[1], None
            group = group if line.startswith(" ") else ""
        elif line.startswith("Usage: "):
            command.usage = line.removeprefix("Usage: ").replace(os.path.dirname(line.split()[1]) + "/", "")
        elif opened := re.fullmatch(r"\[Option Group: (.*)\]", line):
            section, group = "group", opened[1]
        elif section == "group" and line.strip():
            command.groups[group] = line.strip()
        elif not line.strip():
            section = ""
        elif not section and line.startswith(" "):
            raise NotUnderstood(f"{' '.join(path)}: {line}")
        elif not section and (not command.usage or path[0] == "gnomon"):
            command.description = (command.description + " " + line).strip()
        elif not section:
            command.footer = (command.footer + " " + line).strip()
        else:
            last = _take(command, section, group, line, last)
    for option in command.options + command.positionals:
        if not option.description:
            raise NotUnderstood(f"{' '.join(path)}: {option.names[0]} says nothing")
    return command


def _take(command, section, group, line, last):
    indent = len(line) - len(line.lstrip())
    if indent >= 20:  # goes on
        if last is None:
            raise NotUnderstood(line)
        last.description = (last.description + " " + line.strip()).strip()
        return last
    if section == "Subcommands":
        command.commands.append(line.split()[0])
        return None
    name, _, description = line.strip().partition("  ")
    # CLI11 leaves one space where the name just fits its column.
    column = indent + 28
    if not description and len(line) > column and line[column - 1] == " " and line[:column].count("(") == line[
            :column].count(")") and not re.search(r"\[[^\]]*$", line[:column]):
        name, description = line[:column].strip(), line[column:]
    option = _option(name)
    option.description, option.group = description.strip(), group
    # Qt's may be continued on the next line; those that list values are not.
    if listed := re.fullmatch(r"(?:With --[a-z-]+: )?((?:[a-z-]+, )+[a-z-]+) or ([a-z-]+)\.?", option.description):
        option.choices = listed[1].split(", ") + [listed[2]]
    (command.positionals if section == "Positionals" else command.options).append(option)
    return option


def _option(text):
    names = re.match(r"-[^ ,]*(?:, ?-[^ ,]*)*|[^ ]+", text)[0]
    rest = text[len(names):].strip()
    option = Option([name.strip() for name in names.split(",")])
    if found := re.search(r"\(Env:([^)]*)\)", rest):
        option.facts.append(f"from the environment: {found[1]}")
    if found := re.search(r"in \[([^ ]+) - ([^ ]+)\]", rest):
        option.facts.append(f"{_number(found[1])} to {_number(found[2])}")
    if found := re.search(r"\{(.*)\}", rest):
        option.choices = found[1].split(",")
    if found := re.search(r"=([^ ]+)", rest):
        option.facts.append(f"default: {found[1]}")
    if " REQUIRED" in " " + rest:
        option.facts.append("required")
    for word, meaning in (("Needs", "only with"), ("Excludes", "not with")):
        if found := re.search(word + r":((?: (?!(?:Needs|Excludes):)[^ ]+)+)", rest):
            option.facts.append(f"{meaning} {', '.join(sorted(found[1].split()))}")
    if rest.startswith("<"):
        option.value = rest.strip("<>")
    elif re.match(r"(TEXT|U?INT|FLOAT)", rest):
        option.value = "value" if rest.startswith("TEXT") else "number"
    return option


def _number(text):
    number = float(text)
    return str(int(number)) if number == int(number) else text
