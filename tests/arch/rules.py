# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of the house as pure functions: facts in, a list of broken rules (text) out. rules_test.py breaks each."""
import re

MOST_LINES = 500
COUNTED = (".h", ".cpp", ".py", ".sh", ".cmake", ".R")
SIGNED = COUNTED + (".proto", ".toml", "CMakeLists.txt")
WIRE_FOLDERS = ("backend/wire", "backend/upstream", "backend/client", "backend/node")
CONSOLE_MAY_SEE = ("base", "domain", "stats", "merkle", "proof", "port")

WIRE_PATH = re.compile(r"/google/protobuf/|/grpc(pp)?/|\.pb\.h$")
WIRE_INCLUDE = re.compile(r"^(google/protobuf|grpc(pp)?)/|\.pb\.h$")
QT_PATH = re.compile(r"/qt6?/", re.IGNORECASE)
QT_INCLUDE = re.compile(r"^(Q[A-Z]|Qt[A-Z0-9])")
DECLARES_TEST = re.compile(r"^\s*(TEST(_[FP])?|TYPED_TEST(_P)?|QTEST_\w*MAIN)\s*\(", re.MULTILINE)
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]', re.MULTILINE)


def inside(path, *folders):
    return any(path == folder or path.startswith(folder + "/") for folder in folders)


def may_open_wire(path):
    return inside(path, "proto", "tests", *WIRE_FOLDERS)


def may_open_qt(path):
    return inside(path, "ui", "app/gnomon", "app/gnomon-tour", "tests", "resources")


def file_rules(files):
    """files: {path: text}. Length and licence line."""
    broken = []
    for path, text in sorted(files.items()):
        lines = text.splitlines()
        if path.endswith(COUNTED) and len(lines) > MOST_LINES:
            broken.append(f"{path}: {len(lines)} lines, the most is {MOST_LINES}")
        if path.endswith(SIGNED):
            first = lines[1:2] if lines[:1] and lines[0].startswith("#!") else lines[:1]
            if not first or "SPDX-License-Identifier: GPL-3.0-or-later" not in first[0]:
                broken.append(f"{path}: the first line must be its SPDX licence line")
    return broken


def includes(text):
    return [(kind == '"', path) for kind, path in INCLUDE.findall(text)]


def include_rules(files):
    """files: {path: text} of C++ files. Who may include Qt and the wire, and that paths start at the root."""
    broken = []
    shows_wire = {path for path, text in files.items()
                  if path.endswith(".h") and any(WIRE_INCLUDE.search(name) for _, name in includes(text))}
    for path, text in sorted(files.items()):
        for quoted, name in includes(text):
            if ".." in name.split("/"):
                broken.append(f"{path}: includes {name}; paths start at the repository's root")
            if QT_INCLUDE.search(name) and not may_open_qt(path):
                broken.append(f"{path}: includes Qt's {name}")
            if WIRE_INCLUDE.search(name) and not may_open_wire(path):
                broken.append(f"{path}: includes {name}, which belongs to {', '.join(WIRE_FOLDERS)}")
            if quoted and name in shows_wire and not inside(path, "tests", name.rsplit("/", 1)[0]):
                broken.append(f"{path}: includes {name}, which shows generated or gRPC headers and is private")
    return broken


def layer_rules(layers, files):
    """layers: {folder: number}, files: {path: text}. Includes go down as links do: a header needs no link to be seen."""
    def home(path):
        fitting = [folder for folder in layers if inside(path, folder)]
        return max(fitting, key=len) if fitting else None

    broken = []
    for path, text in sorted(files.items()):
        own = home(path)
        for quoted, name in includes(text):
            other = home(name) if quoted else None
            if own and other and own != other and layers[other] >= layers[own]:
                broken.append(f"{path} (layer {layers[own]}): includes {name} (layer {layers[other]})")
            if quoted and inside(path, "ui") and inside(name, "backend") and name.split("/")[1] not in CONSOLE_MAY_SEE:
                broken.append(f"{path}: includes {name}; the console sees {', '.join(CONSOLE_MAY_SEE)} only")
    return broken


def target_rules(targets):
    """targets: [(name, type, folder, layer or "")]. Every library and program of the product states its layer."""
    return [f"{folder}: the target {name} states no layer" for name, kind, folder, layer in targets
            if kind != "UTILITY" and not layer and inside(folder, "backend", "ui", "app", "proto")]


def opened_rules(records, needed):
    """records: [(object, [paths the compiler opened])]. needed: folders of which there must be records."""
    broken = [f"no dependency records below {folder}/: refusing to pass without evidence" for folder in needed
              if not any(inside(name, folder) for name, _ in records)]
    for name, opened in records:
        for path in opened:
            if not may_open_qt(name) and QT_PATH.search(path):
                broken.append(f"{name}: opened Qt's {path}")
            if not may_open_wire(name) and WIRE_PATH.search(path):
                broken.append(f"{name}: opened {path} of protobuf or gRPC")
    return broken


def parse_deps(text):
    """The output of ninja -t deps. app/CMakeFiles/X.dir/... is read as app/X/..., a program's own folder."""
    records = []
    for line in text.splitlines():
        if line and not line[0].isspace():
            name = line.split(": #deps", 1)[0]
            records.append((re.sub(r"CMakeFiles/([^/]+)\.dir/(\1/)?", r"\1/" if name.startswith("app/CMakeFiles") else "",
                                   name), []))
        elif line.strip():
            records[-1][1].append(line.strip())
    return records


def binary_rules(dynamic):
    """dynamic: {program: output of readelf -d}. Programs without a screen link no Qt."""
    broken = []
    for program, text in sorted(dynamic.items()):
        if "(NEEDED)" not in text:
            broken.append(f"{program}: not a dynamically linked program; refusing to pass without evidence")
        broken += [f"{program}: links {library}" for library in re.findall(r"\[(libQt\d*\w*\.so[^\]]*)\]", text)]
    return broken


def test_rules(sources, compiled, tests):
    """sources: {path: text} of .cpp and .py files below tests/. compiled: {path: target}. tests: words of all ctest
    commands. Every file is built, and every target with a file that declares tests is run; programs that tests start
    declare none."""
    broken = []
    for path, text in sorted(sources.items()):
        if path.endswith("_test.py"):
            if not any(word.endswith("/" + path) for word in tests):
                broken.append(f"{path}: belongs to no test")
        elif path.endswith(".cpp"):
            target = compiled.get(path)
            if not target:
                broken.append(f"{path}: belongs to no target")
            elif DECLARES_TEST.search(text) and not any(word.rsplit("/", 1)[-1] == target for word in tests):
                broken.append(f"{path}: its target {target} is run by no test")
    return broken
