# SPDX-License-Identifier: GPL-3.0-or-later
"""A man page out of what the program says of itself."""

import datetime
import os


def text(words):
    """Plain words for troff."""
    escaped = words.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    return "\\&" + escaped if escaped.startswith((".", "\\(aq")) else escaped


def bold(words):
    return f"\\fB{text(words)}\\fR"


def italic(words):
    return f"\\fI{text(words)}\\fR"


def option_lines(option):
    head = ", ".join(bold(name) for name in option.names)
    if option.value:
        head += " " + italic(option.value)
    said = option.description.rstrip(".")
    if option.choices and any(choice not in said for choice in option.choices):
        said += ": " + ", ".join(option.choices)
    if option.facts:
        said += " (" + "; ".join(option.facts) + ")"
    return [".TP", head, text(said) + "."]


def options_of(command):
    """Those of the command itself; --help is the same everywhere and told once."""
    lines = []
    own = [option for option in command.options if len(command.path) == 1 or "--help" not in option.names]
    for option in command.positionals:
        option.names = [name.strip("[]") for name in option.names]
        lines += [".TP", italic(option.names[0]), text(option.description.rstrip(".") + facts(option)) + "."]
    for group in dict.fromkeys(option.group for option in own):
        if group:
            lines += [f".SS {text(group)}", text(command.groups[group]) + "."]
        for option in own:
            if option.group == group:
                lines += option_lines(option)
    return lines


def facts(option):
    return f" ({'; '.join(option.facts)})" if option.facts else ""


def man_page(tree, section, version, more):
    """more: (title, paragraphs) to stand behind what --help says."""
    name = tree.path[0]
    day = datetime.datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", "0")), datetime.timezone.utc)
    lines = ['.\\" Made from what the program says of itself with --help.',
             f'.TH {name.upper()} {section} "{day:%Y-%m-%d}" "Gnomon {version}" "Gnomon"',
             ".SH NAME", text(f"{name} - {tree.description.rstrip('.')[:1].lower()}{tree.description.rstrip('.')[1:]}"),
             ".SH SYNOPSIS", bold(name) + text(tree.usage[len(name):]),
             ".SH DESCRIPTION", text(tree.description)]
    lines += [".SH OPTIONS", *options_of(tree)]
    leaves = [command for command in tree.every() if command is not tree and not command.commands]
    if leaves:
        lines.append(".SH COMMANDS")
    for command in leaves:
        verb = " ".join(command.path[1:])
        lines += [f".SS {text(command.usage[len(name) + 1:].replace(' [OPTIONS]', ''))}",
                  text(command.description) + ".", *options_of(command)]
        assert command.usage.startswith(f"{name} {verb}")
    if tree.footer:
        title, _, words = tree.footer.partition(": ")
        lines += [f".SH {text(title.upper())}", text(words)]
    for title, paragraphs in more:
        lines.append(f".SH {text(title)}")
        for paragraph in paragraphs:
            lines += [".PP", paragraph]
    return "\n".join(lines) + "\n"
