# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's script with stand-ins for the programs: whatever ends it, nothing that it started is left behind."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

SOURCE = pathlib.Path(os.environ["GNOMON_SOURCE"])
sys.path.insert(0, str(SOURCE / "packaging/demo"))
import summary  # noqa: E402

# One stand-in for all programs. The node has a child, as the real one has its worker.
STAND_IN = """#!/bin/bash
name=$(basename "$0")
args=("$@")
value() { for ((i = 0; i < ${#args[@]}; i++)); do [[ ${args[i]} != "$1" ]] || echo "${args[i + 1]}"; done; }
stay() { sleep 1000 & echo $! >>"$DEMO_PIDS"; echo $$ >>"$DEMO_PIDS"; wait; }
case "$name $*" in
    gnomond*) echo '{"control": ["127.0.0.1:1"], "inference": ["127.0.0.1:2"]}' >"$(value --ready-file)"; stay ;;
    *" replay "*) trap 'echo "{\\"answered\\": 700, \\"failed\\": $DEMO_FAILED}"; exit' TERM; stay ;;
    *" compare "*) echo '{"endpoint": "x", "verdict": "DIFFERENT", "coverage": {"matched": 300}}' ;;
    *" --add-profile "*) ;;
    gnomon-tour*) out=$(value --out); echo trail >"$out/audit-export"; echo "$DEMO_TOUR" >"$out/tour.json"
        [[ $DEMO_TOUR != hang ]] || stay ;;
    *" verify "*) [[ $(cat "$4" 2>/dev/null || cat "$3") == trail ]] ;;
esac
"""
TOUR = {"changes_made": 5, "audit_records": 30, "audit_verified": True, "screens": 10}


def alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


class DemoTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name)
        (self.path / "bin").mkdir()
        for name in ("gnomond", "gnomonctl", "gnomon-tour"):
            (self.path / "bin" / name).write_text(STAND_IN)
            (self.path / "bin" / name).chmod(0o755)
        self.pids = self.path / "pids"

    def start(self, tour, failed=0):
        (self.path / "tmp").mkdir()
        environment = dict(os.environ, GNOMON_BIN=str(self.path / "bin"), DEMO_PIDS=str(self.pids), DEMO_TOUR=tour,
                           DEMO_FAILED=str(failed), TMPDIR=str(self.path / "tmp"))
        return subprocess.Popen(["bash", "packaging/demo/demo.sh", "--headless", str(self.path / "out"), "--seconds", "1"],
                                cwd=SOURCE, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def started(self):
        return [int(word) for word in self.pids.read_text().split()] if self.pids.exists() else []

    def expectNothingLeft(self):
        deadline = time.monotonic() + 30
        while any(alive(pid) for pid in self.started()) and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertEqual([pid for pid in self.started() if alive(pid)], [])

    def interrupted(self, number):
        demo = self.start("hang")
        deadline = time.monotonic() + 60
        while len(self.started()) < 8 and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertEqual(len(self.started()), 8, "the node, two callers and the tour, each with a child")
        demo.send_signal(number)
        demo.communicate(timeout=60)
        self.expectNothingLeft()
        return demo.returncode

    def testInterruptEndsEverything(self):
        self.assertEqual(self.interrupted(signal.SIGINT), 130)
        self.assertEqual(list((self.path / "tmp").iterdir()), [])

    def testTerminateEndsEverything(self):
        self.assertEqual(self.interrupted(signal.SIGTERM), 143)

    def testGoodTourLeavesASummary(self):
        demo = self.start(json.dumps(TOUR))
        output, _ = demo.communicate(timeout=60)
        self.assertEqual(demo.returncode, 0, output)
        found = json.loads((self.path / "out" / "summary.json").read_text())
        self.assertEqual((found["requests_answered"], found["requests_failed"], found["pairs_compared"]), (1400, 0, 600))
        self.expectNothingLeft()

    def testFailedRequestFailsTheDemo(self):
        demo = self.start(json.dumps(TOUR), failed=1)
        output, _ = demo.communicate(timeout=60)
        self.assertNotEqual(demo.returncode, 0)
        self.assertIn("2 requests failed", output)
        self.expectNothingLeft()

    def testRefusedCallsAreNoFailures(self):
        replay = {"answered": 9, "failed": 3, "errors": {"UNAVAILABLE: endpoint 'x' is disabled": 2, "INTERNAL: y": 1}}
        found, _ = summary.merge(TOUR, [replay], [])
        self.assertEqual((found["requests_refused"], found["requests_failed"]), (2, 1))

    def testEveryShortfallIsNamed(self):
        tour = dict(TOUR, changes_made=4, audit_verified=False, failures=["screen compare is empty"])
        _, wrong = summary.merge(tour, [{"answered": 1000, "failed": 0}],
                                 [{"endpoint": "x", "verdict": "DIFFERENT", "coverage": {"matched": 500}}])
        self.assertEqual(len(wrong), 5, wrong)


if __name__ == "__main__":
    unittest.main()
