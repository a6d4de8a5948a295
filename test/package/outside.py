"""Builds outside of this tree. The environment says what was built here: BUILD_DIR, and in SETTINGS
the -D… to build it likewise."""

import os
import pathlib
import shlex
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ["BUILD_DIR"])
COMPILER = os.environ["CXX_COMPILER"]
CACHE = os.environ.get("CXX_LAUNCHER")
SETTINGS = [s for s in os.environ["SETTINGS"].split("|") if s]
VERSION = os.environ["VERSION"]

# Compiles from where the same was compiled before: to a compiler cache, folders differ.
LAUNCHER = """#!/bin/bash
arguments=() option=
for argument; do
    [[ $option == -o || $option == -MF ]] && argument=$PWD/$argument
    arguments+=("$argument") option=$argument
done
cd %s && exec %s "${arguments[@]}"
"""


def run(*command, **options):
    """What the command prints; raises with all of it when it fails."""
    done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.STDOUT, timeout=1500, check=False, **options)
    if done.returncode != 0:
        raise AssertionError(f"{shlex.join(done.args)}\n{done.stdout}")
    return done.stdout


class Folder(unittest.TestCase):
    """A folder of one's own, outside of the tree."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="thump-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def configure(self, source, build, *flags):
        run("cmake", "-S", source, "-B", build, "-G", "Ninja", *SETTINGS, *flags)

    def as_here(self):
        """Flags that build the library in another folder from the compiler cache, if there is one
        and it has seen this build."""
        flags = [f"-DTHUMP_VIEWS={BUILD}/layers"]
        if CACHE:
            launcher = self.folder / "launcher"
            launcher.write_text(LAUNCHER % (BUILD, CACHE), "utf-8")
            launcher.chmod(0o755)
            flags.append(f"-DCMAKE_CXX_COMPILER_LAUNCHER={launcher}")
        return flags
