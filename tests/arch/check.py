# SPDX-License-Identifier: GPL-3.0-or-later
"""usage: check.py RULE SOURCE BUILD. Gathers the facts for one rule of rules.py and prints what breaks it."""
import json
import os
import pathlib
import subprocess
import sys

import rules

SKIPPED = ("build", "out", "__pycache__")
CPP = (".h", ".cpp")


def read(source, *suffixes):
    """{path from the root: text} of the repository's own files with these endings."""
    files = {}
    for folder, subfolders, names in os.walk(source):
        subfolders[:] = [name for name in subfolders if name not in SKIPPED and not name.startswith(".")]
        for name in names:
            if name.endswith(suffixes):
                path = pathlib.Path(folder, name)
                files[str(path.relative_to(source))] = path.read_text(errors="replace")
    return files


def targets(build):
    """[(name, type, folder, layer or "")] as CMake wrote them down."""
    lines = (build / "tests/arch/targets.txt").read_text().splitlines()
    return [(*line.split()[:3], line.split()[3].strip("-")) for line in lines]


def layers(build):
    return {folder: int(layer) for _, _, folder, layer in targets(build) if layer}


def ninja_deps(build):
    done = subprocess.run(["ninja", "-C", build, "-t", "deps"], capture_output=True, text=True, check=True)
    return rules.parse_deps("\n".join(line for line in done.stdout.splitlines() if not line.startswith("ninja:")))


def opened(_, build):
    kinds = {folder.split("/")[0] for name, kind, folder, _ in targets(build) if kind == "STATIC_LIBRARY"}
    return rules.opened_rules(ninja_deps(build), sorted(kinds & {"backend", "ui"}))


def binaries(_, build):
    programs = [pathlib.Path(build, "bin", name) for name, kind, _, _ in targets(build)
                if kind == "EXECUTABLE" and name in ("gnomond", "gnomonctl")]
    return rules.binary_rules({
        str(path.relative_to(build)): subprocess.run(["readelf", "-d", path], capture_output=True, text=True).stdout
        for path in programs
    })


def registered(source, build):
    compiled = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        path = os.path.relpath(entry["file"], source)
        name = entry["command"].split(" -o ", 1)[-1].split(".dir/", 1)[0]
        compiled[path] = name.rsplit("/", 1)[-1]
    shown = subprocess.run(["ctest", "--test-dir", build, "--show-only=json-v1"], capture_output=True, text=True, check=True)
    # A program that is not built yet has no command; its test then goes by its name, which gnomon_test() makes the same.
    words = [word for test in json.loads(shown.stdout)["tests"] for word in test.get("command", [test["name"]])]
    have = {folder.split("/")[0] for _, kind, folder, _ in targets(build) if kind == "EXECUTABLE" or "LIBRARY" in kind}
    left_out = [] if "ui" in have else ["tests/models", "tests/gui", "tests/e2e"]
    left_out += [] if "backend" in have else ["tests/unit"]
    sources = {path: text for path, text in read(source, ".cpp", ".py").items()
               if rules.inside(path, "tests") and not rules.inside(path, *left_out, "tests/support")}
    return rules.test_rules(sources, compiled, words)


CHECKS = {
    "files": lambda source, build: rules.file_rules(read(source, *rules.SIGNED)),
    "includes": lambda source, build: rules.include_rules(read(source, *CPP)),
    "layers": lambda source, build: rules.layer_rules(layers(build), read(source, *CPP)),
    "targets": lambda source, build: rules.target_rules(targets(build)),
    "opened": opened,
    "binaries": binaries,
    "registered": registered,
}


def main():
    rule, source, build = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    if not (build / "build.ninja").exists():
        sys.exit(f"{build} is not configured with Ninja: ./run build")
    broken = CHECKS[rule](source, build)
    for line in broken:
        print(line)
    print(f"{rule}: {len(broken)} broken")
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
