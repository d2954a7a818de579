# SPDX-License-Identifier: GPL-3.0-or-later
"""The small jobs of demo.sh that read or write JSON.

summary.py address READY control|inference     prints the first address of that listener from the node's ready file
summary.py spoil FROM TO                       copies a file with one byte of its middle changed
summary.py write DIR REPLAYS... -- COMPARISONS...   merges DIR/tour.json with what the callers and the node counted into
                                               DIR/summary.json, prints it, and fails if anything failed
"""
import json
import pathlib
import sys

FEWEST_REQUESTS = 1000
FEWEST_PAIRS = 500


def address(ready, listener):
    value = json.loads(pathlib.Path(ready).read_text())[listener]
    print(value if isinstance(value, str) else value[0])


def spoil(source, target):
    data = bytearray(pathlib.Path(source).read_bytes())
    data[len(data) // 2] ^= 1
    pathlib.Path(target).write_bytes(data)


def refused(replay):
    """Calls that the node refused because a person had disabled the endpoint: the tour does so, and they must be."""
    return sum(count for error, count in replay.get("errors", {}).items() if "' is disabled" in error)


def merge(tour, replays, comparisons):
    """The summary and what is wrong with it."""
    summary = {
        "requests_answered": sum(replay["answered"] for replay in replays),
        "requests_refused": sum(refused(replay) for replay in replays),
        "requests_failed": sum(replay["failed"] - refused(replay) for replay in replays),
        "pairs_compared": sum(comparison["coverage"]["matched"] for comparison in comparisons),
        **{key: tour[key] for key in ("changes_made", "audit_records", "audit_verified", "screens")},
        "comparisons": {comparison["endpoint"]: comparison["verdict"] for comparison in comparisons},
    }
    wrong = []
    if summary["requests_answered"] <= FEWEST_REQUESTS:
        wrong.append(f"only {summary['requests_answered']} requests were answered")
    if summary["requests_failed"] != 0:
        wrong.append(f"{summary['requests_failed']} requests failed")
    if summary["pairs_compared"] <= FEWEST_PAIRS:
        wrong.append(f"only {summary['pairs_compared']} pairs were compared")
    if summary["changes_made"] < 5:
        wrong.append(f"only {summary['changes_made']} changes were made")
    if not summary["audit_verified"]:
        wrong.append("the audit trail did not verify in the console")
    return summary, wrong + tour.get("failures", [])


def write(folder, *files):
    split = files.index("--")
    tour, *others = (json.loads(pathlib.Path(path).read_text())
                     for path in [folder + "/tour.json", *files[:split], *files[split + 1:]])
    summary, wrong = merge(tour, others[:split], others[split:])
    text = json.dumps(summary, indent=2)
    pathlib.Path(folder, "summary.json").write_text(text + "\n")
    print(text)
    for line in wrong:
        print(f"gnomon: demo: {line}", file=sys.stderr)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    {"address": address, "spoil": spoil, "write": write}[sys.argv[1]](*sys.argv[2:])
