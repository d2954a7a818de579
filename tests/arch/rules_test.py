# SPDX-License-Identifier: GPL-3.0-or-later
"""Breaks every rule on purpose: a check that cannot fail protects nothing."""
import unittest

import check
import rules

SPDX = "// SPDX-License-Identifier: GPL-3.0-or-later\n"


class RulesTest(unittest.TestCase):
    def broken(self, found, *fragments):
        self.assertEqual(len(found), len(fragments), found)
        for line, fragment in zip(found, fragments):
            self.assertIn(fragment, line)

    def testLongFileIsRefused(self):
        self.assertEqual(rules.file_rules({"backend/a.cpp": SPDX + "x\n" * 499}), [])
        self.broken(rules.file_rules({"backend/a.cpp": SPDX + "x\n" * 500}), "501 lines")

    def testMissingLicenceLineIsRefused(self):
        self.assertEqual(rules.file_rules({"a.sh": "#!/bin/sh\n# SPDX-License-Identifier: GPL-3.0-or-later\n"}), [])
        self.broken(rules.file_rules({"ui/a.h": "#pragma once\n" + SPDX, "b/CMakeLists.txt": ""}), "b/CMake", "ui/a.h")

    def testQtBelowBackendIsRefused(self):
        code = {"backend/base/a.cpp": "#include <QString>\n", "ui/models/b.h": "#include <QtCore/QObject>\n",
                "app/gnomond/main.cpp": "#include <QtGlobal>\n", "app/gnomon/main.cpp": "#include <QApplication>\n"}
        self.broken(rules.include_rules(code), "app/gnomond/main.cpp", "backend/base/a.cpp")

    def testWireTypesOutsideTheirFoldersAreRefused(self):
        code = {"ui/bridge/a.cpp": "#include <gnomon/v1/node.pb.h>\n", "backend/node/b.cpp": "#include <grpcpp/grpcpp.h>\n",
                "backend/store/c.cpp": "#  include <google/protobuf/message.h>\n"}
        self.broken(rules.include_rules(code), "backend/store/c.cpp", "ui/bridge/a.cpp")

    def testHeaderThatShowsWireTypesIsPrivate(self):
        code = {"backend/wire/r.h": "#include <inference/x.pb.h>\n", "backend/wire/r.cpp": '#include "backend/wire/r.h"\n',
                "backend/node/n.cpp": '#include "backend/wire/r.h"\n'}
        self.broken(rules.include_rules(code), "backend/node/n.cpp")

    def testRelativeIncludeIsRefused(self):
        self.broken(rules.include_rules({"backend/a/b.cpp": '#include "../c.h"\n'}), "start at the repository's root")

    def testIncludeUpwardsOrSidewardsIsRefused(self):
        layers = {"backend/domain": 1, "backend/store": 3, "backend/audit": 3, "ui/bridge": 6, "backend/node": 5}
        code = {"backend/domain/a.h": '#include "backend/store/b.h"\n', "backend/store/c.h": '#include "backend/audit/d.h"\n',
                "backend/store/e.h": '#include "backend/domain/f.h"\n', "ui/bridge/g.h": '#include "backend/node/h.h"\n',
                "backend/store/sub/i.h": '#include "backend/store/c.h"\n'}
        self.broken(rules.layer_rules(layers, code), "backend/domain/a.h (layer 1)", "backend/store/c.h (layer 3)",
                    "the console sees")

    def testTargetWithoutLayerIsRefused(self):
        stated = ("gnomon_a", "STATIC_LIBRARY", "backend/a", "3")
        self.broken(rules.target_rules([stated, ("gnomon_b", "STATIC_LIBRARY", "backend/b", ""),
                                        ("x", "EXECUTABLE", "tests/unit", ""), ("autogen", "UTILITY", "ui/a", "")]), "gnomon_b")

    def testOpenedHeadersAreJudgedByObject(self):
        text = """ui/views/CMakeFiles/gnomon_views.dir/a.cpp.o: #deps 2, deps mtime 1 (VALID)
    /usr/include/x86_64-linux-gnu/qt6/QtCore/qobject.h
    /usr/include/google/protobuf/message.h

app/CMakeFiles/gnomond.dir/gnomond/main.cpp.o: #deps 1, deps mtime 1 (VALID)
    /usr/include/x86_64-linux-gnu/qt6/QtCore/qobject.h

app/CMakeFiles/gnomon.dir/gnomon/main.cpp.o: #deps 1, deps mtime 1 (VALID)
    /usr/include/x86_64-linux-gnu/qt6/QtCore/qobject.h

backend/node/CMakeFiles/gnomon_node.dir/s.cpp.o: #deps 1, deps mtime 1 (VALID)
    proto/generated/gnomon/v1/node.pb.h
"""
        self.broken(rules.opened_rules(rules.parse_deps(text), ["backend", "ui"]), "ui/views/a.cpp.o: opened /usr/include/google",
                    "app/gnomond/main.cpp.o: opened Qt's")

    def testNoRecordsIsNoPass(self):
        self.broken(rules.opened_rules(rules.parse_deps(""), ["backend", "ui"]), "below backend/", "below ui/")

    def testNodeThatLinksQtIsRefused(self):
        good = " 0x1 (NEEDED)  Shared library: [libgrpc++.so.1.51]\n"
        self.assertEqual(rules.binary_rules({"app/gnomond": good}), [])
        self.broken(rules.binary_rules({"app/gnomond": good + " 0x1 (NEEDED)  Shared library: [libQt6Core.so.6]\n"}), "libQt6Core")
        self.broken(rules.binary_rules({"app/gnomonctl": ""}), "refusing to pass")

    def testForgottenTestIsRefused(self):
        declared = "TEST(Log, keepsOrder) {}\n"
        sources = {"tests/unit/a/run_test.cpp": declared, "tests/unit/a/lost_test.cpp": "", "tests/unit/a/helper.cpp": "",
                   "tests/unit/a/idle_test.cpp": "x\n" + declared, "tests/gui/idle_tst.cpp": "QTEST_MAIN(T)\n",
                   "tests/bench/b.cpp": "", "tests/arch/rules_test.py": "", "tests/golden/lost_test.py": ""}
        compiled = {"tests/unit/a/run_test.cpp": "run_test", "tests/unit/a/idle_test.cpp": "idle_test", "tests/bench/b.cpp": "b",
                    "tests/gui/idle_tst.cpp": "idle_tst", "tests/unit/a/helper.cpp": "helper"}
        tests = ["/build/tests/unit/a/run_test", "/usr/bin/python3", "/source/tests/arch/rules_test.py"]
        self.broken(rules.test_rules(sources, compiled, tests), "tests/golden/lost_test.py: belongs to no test",
                    "idle_tst.cpp: its target", "idle_test.cpp: its target", "lost_test.cpp: belongs to no target")

    def testEveryRuleIsChecked(self):
        self.assertEqual(set(check.CHECKS),
                         {"files", "includes", "layers", "targets", "opened", "binaries", "registered"})


if __name__ == "__main__":
    unittest.main()
