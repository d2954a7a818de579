# SPDX-License-Identifier: GPL-3.0-or-later
"""Completion for bash, zsh and fish out of what a program says of itself.

One table per program: the words typed so far (verbs only) lead to the words that may follow. Where a value has a fixed
set it is offered, everywhere else files are.
"""


def _names(option):
    return [name for name in option.names if name.startswith("--")]


def words_of(command, above):
    """Verbs, options and fixed first arguments of a command; options of the program are taken everywhere."""
    words = [child.path[-1] for child in command.commands]
    words += [choice for option in command.positionals[:1] for choice in option.choices]
    for option in command.options + above:
        words += [name for name in _names(option) if name not in words]
    return words


def _tables(tree):
    above = [option for option in tree.options if "--version" not in option.names]
    follow, values = {}, {}
    for command in tree.every():
        key = " ".join(command.path[1:])
        follow[key] = words_of(command, above if command is not tree else [])
        for option in command.options:
            for name in _names(option):
                if option.value:
                    values[name] = sorted(set(values.get(name, [])) | set(option.choices))
    return follow, values


def bash(tree):
    name = tree.path[0]
    follow, values = _tables(tree)
    verbs = sorted({child.path[-1] for command in tree.every() for child in command.commands})
    lines = [f"# bash completion for {name}; made from its --help.", f"_{name}() {{",
             '    local verbs="" word previous=$3 i', "    COMPREPLY=()", "    case $previous in"]
    for option, choices in values.items():
        if choices:
            lines.append(f'        {option}) COMPREPLY=($(compgen -W "{" ".join(choices)}" -- "$2")); return ;;')
    files = "|".join(option for option, choices in values.items() if not choices)
    lines += [f'        {files}) return ;; # the shell then offers files', "    esac"]
    if verbs:
        lines += ["    for ((i = 1; i < COMP_CWORD; i++)); do", "        word=${COMP_WORDS[i]}",
                  f'        case "$verbs $word" in {"|".join(_quoted(key) for key in follow if key)}) verbs+=" $word" ;; esac',
                  "    done"]
    lines.append("    case $verbs in")
    for key, words in follow.items():
        pattern = _quoted(key) if key else '""'
        lines.append(f'        {pattern}) COMPREPLY=($(compgen -W "{" ".join(words)}" -- "$2")) ;;')
    lines += ["    esac", "}", f"complete -o default -F _{name} {name}"]
    return "\n".join(lines) + "\n"


def _quoted(key):
    return f'" {key}"'


def zsh(tree):
    """zsh runs the functions of bash. The file is read at the first completion, which its last line then answers."""
    name = tree.path[0]
    return (f"#compdef {name}\n# Made from its --help.\nautoload -U +X bashcompinit && bashcompinit\n" + bash(tree) +
            f"_bash_complete -o default -F _{name}\n")


def fish(tree):
    name = tree.path[0]
    lines = [f"# fish completion for {name}; made from its --help."]

    def quote(words):
        return "'" + words.replace("\\", "\\\\").replace("'", "\\'") + "'"

    for command in tree.every():
        verbs = command.path[1:]
        children = " ".join(child.path[-1] for child in command.commands)
        tests = [f"__fish_seen_subcommand_from {verb}" for verb in verbs]
        if children:
            tests.append(f"not __fish_seen_subcommand_from {children}")
        condition = f" -n {quote('; and '.join(tests))}" if tests else ""
        for child in command.commands:
            lines.append(f"complete -c {name} -f{condition} -a {child.path[-1]} -d {quote(child.description)}")
        own = f" -n {quote('; and '.join(tests[:len(verbs)]))}" if verbs else ""
        for option in command.options:
            if verbs and "--help" in option.names:
                continue
            long = " ".join(f"-l {n[2:]}" if n.startswith("--") else f"-s {n[1:]}" for n in option.names)
            value = f" -x -a {quote(' '.join(option.choices))}" if option.choices else " -r" if option.value else ""
            lines.append(f"complete -c {name}{own} {long}{value} -d {quote(option.description)}")
    return "\n".join(lines) + "\n"
