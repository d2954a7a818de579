# SPDX-License-Identifier: GPL-3.0-or-later
"""Configures small broken projects with packaging/cmake/GnomonLayers.cmake and expects to be stopped, by name."""
import os
import pathlib
import subprocess
import tempfile
import unittest

SOURCE = pathlib.Path(os.environ["GNOMON_SOURCE"])

PROJECT = """cmake_minimum_required(VERSION 3.25)
project(house LANGUAGES CXX)
include("%s/packaging/cmake/GnomonLayers.cmake")
add_library(gnomon_options INTERFACE)
file(WRITE ${CMAKE_BINARY_DIR}/a.cpp "int main() {}")
function(part name)
  gnomon_library(${name} SOURCES ${CMAKE_BINARY_DIR}/a.cpp ${ARGN})
endfunction()
add_library(Qt6::Core INTERFACE IMPORTED)
%s
gnomon_check_layers()
"""


def configure(body):
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "CMakeLists.txt").write_text(PROJECT % (SOURCE, body))
        done = subprocess.run(["cmake", "-S", folder, "-B", folder + "/build", "-G", "Ninja"], capture_output=True, text=True)
        return done.returncode, " ".join((done.stdout + done.stderr).split())


class LayersTest(unittest.TestCase):
    def stopped(self, body, message):
        code, output = configure(body)
        self.assertNotEqual(code, 0, output)
        self.assertIn(message, output)

    def testSoundHouseStands(self):
        code, output = configure("part(base LAYER 0)\npart(domain LAYER 1 PUBLIC base BANNED Qt6::)\n"
                                 "part(bridge LAYER 6 PUBLIC domain Qt6::Core)")
        self.assertEqual(code, 0, output)

    def testLinkUpwardsStops(self):
        self.stopped("part(node LAYER 5)\npart(domain LAYER 1 PRIVATE node)",
                     "layering: domain (layer 1) must not link node (layer 5)")

    def testLinkSidewardsStops(self):
        self.stopped("part(audit LAYER 3)\npart(store LAYER 3 PUBLIC audit)",
                     "layering: store (layer 3) must not link audit (layer 3)")

    def testBannedTargetIsFoundThroughPrivateLinks(self):
        self.stopped("part(base LAYER 0 PRIVATE Qt6::Core)\npart(domain LAYER 1 PRIVATE base)\n"
                     "part(store LAYER 3 PUBLIC domain BANNED Qt6::)",
                     "layering: store must not reach Qt6::Core (banned: Qt6::)")

    def testProgramIsHeldToItsBans(self):
        self.stopped("part(base LAYER 0 PUBLIC Qt6::Core)\n"
                     "gnomon_executable(gnomond LAYER 10 SOURCES ${CMAKE_BINARY_DIR}/a.cpp PRIVATE base BANNED Qt6::)",
                     "layering: gnomond must not reach Qt6::Core")


if __name__ == "__main__":
    unittest.main()
