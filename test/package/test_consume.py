"""The ways to use the library from a project outside this tree, tried with one small program.

The environment says what was built here: BUILD_DIR, and in SETTINGS the -D… to build it likewise.
"""

import os
import pathlib
import re
import shlex
import shutil
import subprocess
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = pathlib.Path(os.environ["BUILD_DIR"])
SETTINGS = [s for s in os.environ["SETTINGS"].split("|") if s]
CACHE = os.environ.get("CXX_LAUNCHER")
PRINTED = ["1 from outside", "thump", "0.1.0 13 1"]


def run(*command, **options):
    """What the command prints; raises with all of it when it fails."""
    done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.STDOUT, timeout=1500, **options)
    if done.returncode != 0:
        raise AssertionError(f"{shlex.join(done.args)}\n{done.stdout}")
    return done.stdout


class Folder(unittest.TestCase):
    """A folder of one's own, outside the tree, with the consumer in it."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="thump-"))
        self.addCleanup(shutil.rmtree, self.folder)
        shutil.copytree(HERE / "consumer", self.folder / "consumer")
        self.prefix = self.folder / "prefix"

    def install(self, build=BUILD):
        run("cmake", "--install", build, "--component", "dev", "--prefix", self.prefix)

    def configure(self, *flags):
        run("cmake", "-S", self.folder / "consumer", "-B", self.folder / "build", "-G", "Ninja",
            *SETTINGS, *flags)

    def build_and_run(self):
        run("cmake", "--build", self.folder / "build")
        return run(self.folder / "build/consumer").split("\n")[:-1]

    def pkg_config(self, *flags):
        pc = next(self.prefix.rglob("thump.pc")).parent
        return run("pkg-config", *flags, "thump",
                   env={**os.environ, "PKG_CONFIG_PATH": str(pc)}).split()

    def compile(self):
        compiler = os.environ.get("CXX_COMPILER", "c++")
        run(compiler, "-std=c++20", *self.pkg_config("--cflags"), "-c", "-o",
            self.folder / "consumer.o", self.folder / "consumer/main.cpp")
        run(compiler, self.folder / "consumer.o", *self.pkg_config("--libs"), "-o",
            self.folder / "by_hand")


class Installed(Folder):
    def setUp(self):
        super().setUp()
        self.install()

    def test_every_public_header_is_installed(self):
        def headers(folder):
            return sorted(p.relative_to(folder) for p in folder.rglob("*.hpp"))
        self.assertEqual(headers(self.prefix / "include"), headers(ROOT / "include"))

    def test_find_package(self):
        self.configure(f"-DCMAKE_PREFIX_PATH={self.prefix}")
        self.assertEqual(self.build_and_run(), PRINTED)

    def test_another_version_is_refused(self):
        for wanted in ("0.2", "1.0"):
            with self.assertRaisesRegex(AssertionError, "compatible with requested version"):
                self.configure(f"-DCMAKE_PREFIX_PATH={self.prefix}", f"-DTHUMP_WANTED={wanted}")

    def test_pkg_config(self):
        self.compile()
        self.assertEqual(run(self.folder / "by_hand").split("\n")[:-1], PRINTED)


# Compiles from where the same was compiled before: to a compiler cache, folders differ.
LAUNCHER = """#!/bin/bash
arguments=() option=
for argument; do
    [[ $option == -o || $option == -MF ]] && argument=$PWD/$argument
    arguments+=("$argument") option=$argument
done
cd %s && exec %s "${arguments[@]}"
"""


class Embedded(Folder):
    """As a part of another project, whose compiler cache is warm from building the same here."""

    def setUp(self):
        super().setUp()
        self.subdirectory = [f"-DTHUMP_SOURCE_DIR={ROOT}", f"-DTHUMP_VIEWS={BUILD}/layers",
                             "-DTHUMP_INSTALL=ON"]
        if CACHE:
            launcher = self.folder / "launcher"
            launcher.write_text(LAUNCHER % (BUILD, CACHE), "utf-8")
            launcher.chmod(0o755)
            self.subdirectory.append(f"-DCMAKE_CXX_COMPILER_LAUNCHER={launcher}")

    def test_static_then_shared(self):
        self.configure(*self.subdirectory)
        self.assertEqual(self.build_and_run(), PRINTED)
        made = {p.name for p in (self.folder / "build").rglob("*") if os.access(p, os.X_OK)}
        self.assertFalse(made & {"thumpd", "thump", "test_core", "pubsub"},
                         "no program, test or example of ours is built in another's project")

        self.configure(*self.subdirectory, "-DBUILD_SHARED_LIBS=ON")
        self.assertEqual(self.build_and_run(), PRINTED)
        library = next((self.folder / "build").rglob("libthump.so.0.1"))
        self.check_exports(run("nm", "-DC", "--defined-only", library))

        self.install(self.folder / "build")
        self.assertNotIn("-lboost_url", self.pkg_config("--libs"))
        self.compile()
        place = next(self.prefix.rglob("libthump.so")).parent
        self.assertEqual(run(self.folder / "by_hand", env={"LD_LIBRARY_PATH": str(place)})
                         .split("\n")[:-1], PRINTED)

    def check_exports(self, listing):
        names = [line.split(" ", 2)[2] for line in listing.split("\n") if line]
        ours = [n for n in names if n.startswith("thump::")]
        self.assertIn("thump::catalog()", ours)
        self.assertTrue(any(n.startswith("thump::broker::publish(") for n in ours))
        hidden = [n for n in names if re.search(r"thump::(core|wire|net)::", n)
                  or n.startswith("thump::detail::")]
        self.assertEqual(hidden, [])


if __name__ == "__main__":
    unittest.main()
